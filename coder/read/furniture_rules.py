"""The words and patterns by which newspaper furniture is known; `furniture` applies them.

To add a phrase: a whole line goes into `FIXED_LINES`, a kind of sentence into `UNITS`, a fragment that may stand in
the middle of a line into `INLINE` (and its first letters into `INLINE_HINT`). Put a sentence it must mark and a
sentence of news that it must leave alone into tests/test_read_furniture.py.
"""

from __future__ import annotations

import re

# Lines that are these words and nothing else, whatever stands around them; compared in lower case.
MENU_WORDS = frozenset(
    """home|menu|main menu|search|close|open|skip|news|latest|latest news|top stories|headlines|breaking news|world
    |world news|politics|business|economy|sport|sports|opinion|opinions|analysis|culture|lifestyle|technology|tech
    |science|health|travel|entertainment|weather|video|videos|photos|pictures|gallery|photo gallery|podcast|podcasts
    |live|live tv|watch live|listen live|africa|americas|asia|asia-pacific|europe|middle east|international|national
    |local|regional|features|in depth|in-depth|investigations|magazine|archive|archives|arts|obituaries|editorial
    |about|about us|contact|contact us|careers|jobs|advertise|advertise with us|help|faq|faqs|sitemap|site map|rss
    |sign in|sign up|log in|login|log out|register|my account|account|subscribe|subscribe now|subscriptions|donate
    |privacy|privacy policy|terms|terms of use|terms of service|terms and conditions|cookie policy|cookie settings
    |cookies|accessibility|english|arabic|french|español|français|deutsch|العربية|русский|more|less|show more
    |load more|view all|see all|view more|next|previous|prev|back|next article|previous article|next page""".replace(
        "\n", ""
    )
    .replace("    ", "")
    .split("|")
)
FIXED_LINES = frozenset(
    """share|share this|tweet|tweet this|post|print|print article|email|e-mail|save|bookmark|copy link|link copied
    |facebook|twitter|x|whatsapp|telegram|linkedin|reddit|pinterest|instagram|youtube|tiktok|messenger|viber|flipboard
    |comment|comments|leave a comment|post a comment|add a comment|join the conversation|view comments|no comments
    |show comments|hide comments|reply|advertisement|advertisements|advertising|advertorial|sponsored
    |sponsored content|promoted content|paid content|ad|story continues below|getty images|afp|reuters|ap|associated press
    |afp via getty images|afp/getty images|epa|epa-efe|anadolu agency|file|file photo|image|caption|image caption
    |toggle caption|hide caption|enlarge this image|enlarge image|listen|play|pause|loading|loading...|please wait
    |end|ends|-end-|-ends-|30|-30-|—30—|###|***|* * *|tags|topics|read more|read more »|more on this story|keep reading
    |continue reading|related|most read|most popular|most viewed|trending|trending now|editors' picks|editor's picks
    |recommended|newsletter|newsletters|accept|accept all|accept all cookies|reject all|manage preferences|got it
    |i agree|learn more|find out more|click here|scroll to top|back to top|top|go to top|skip to content
    |skip to main content|skip to navigation|jump to content|table of contents|listen to this article|gift this article
    |change text size|text size|font size|follow|follow us|following|report a correction|correction""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)

# Fragments that stand anywhere, also in the middle of a line.
_AGENCIES = (
    r"(?:AFP|AP|Reuters|REUTERS|EPA(?:-EFE)?|Getty(?: Images)?|Anadolu(?: Agency)?|Shutterstock|TASS|Sputnik|Xinhua"
    r"|SANA|NurPhoto|SIPA|Bloomberg|dpa|PA|UPI|ANSA|IRNA|Tasnim|WireImage|Flickr|Wikimedia(?: Commons)?|iStock|Alamy)"
)
_PICTURE = r"(?:photo(?:graph)?s?|image|picture|pic|illustration|graphic|screenshot|screengrab|video|map|infographic)s?"
INLINE: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"[(\[][ \t]*(?:(?:file|archive|banner|cover|featured?|lead|header|handout|courtesy|top"
        rf"|main)[ \t]+)*{_PICTURE}"
        r"(?:[ \t]*(?::|/|\||©|[ \t]credits?\b:?|[ \t]by\b|[ \t]courtesy\b|[ \t]source\b:?"
        r"|[ \t]via\b)[^()\n\[\]]{0,200}"
        r"(?:\([^()\n]{0,80}\)[^()\n\[\]]{0,80})?)?[)\]]",
        re.IGNORECASE,
    ),
    re.compile(r"[(\[][ \t]*(?:credits?|courtesy|source|photo source)[ \t]*:[^()\n\[\]]{0,160}[)\]]", re.IGNORECASE),
    re.compile(r"[(\[](?:AP|AFP|EPA|REUTERS|Reuters) (?:Photo|Image|Video|File)\b[^()\n\[\]]{0,160}[)\]]"),
    re.compile(rf"[(\[][^()\n\[\]]{{2,120}}(?:/| via |©)[ \t]*{_AGENCIES}(?:[ \t]*/[^()\n\[\]]{{0,60}})?[ \t]*[)\]]"),
    re.compile(rf"[(\[]{_AGENCIES}/[^()\n\[\]]{{2,100}}[)\]]"),
    re.compile(
        r"[(\[](?:Additional |Writing |Editing |Reporting |Compiled |Edited |Written )[^()\n\[\]]{0,40}\bby\b"
        r"[^()\n\[\]]{0,300}[)\]]",
        re.IGNORECASE,
    ),
    re.compile(
        r"[(\[](?:file(?: photo)?|read(?: more| also)?|see also|also read|related|watch|listen)[ \t]*:[^()\n\[\]]{2,200}[)\]]",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:Skip to (?:main )?(?:content|navigation)|Scroll to Top|SCROLL TO TOP|Scroll to top|Back to top"
        r"|(?:Story|Article) continues (?:below|after)(?: (?:this|the))? ?(?:advertisement|ad)?"
        r"|ADVERTISEMENT|Click (?:here )?to share on [A-Z]\w+(?: \(Opens in new window\))?"
        r"|Opens in (?:a )?new (?:window|tab))(?![\w-])"
    ),
    re.compile(r"\bpic\.twitter\.com/\w+"),
    re.compile(r"!\[[^\]\n]{0,300}\]\([^()\s]{1,500}\)"),
)
# A letter that every inline rule needs, so that plain prose is passed over at once.
INLINE_HINT = re.compile(
    r"[(\[]|Skip to|[Ss]croll to|SCROLL|Back to top|continues (?:below|after)|ADVERT|Click"
    r"|Opens in|pic\.tw|!\["
)

_MEDIA = r"(?:newsletters?|inbox|e-?mail alerts?|daily (?:brief(?:ing)?|digest|e-?mail)|mailing list|briefing)"
_CHANNEL = r"(?:telegram|whatsapp|facebook|twitter|instagram|youtube|tiktok|linkedin|google news|X\b|social media)"
_PROPER = r"[A-Z][\w'’.-]*"
_OUTLET = rf"(?:the )?(?-i:{_PROPER}(?: (?:{_PROPER}|of|the|and|for)){{0,5}})"
# Names of people and agencies and what joins them; one verb in small letters and it is a sentence after all.
_CREDIT = (
    rf"(?:(?-i:{_PROPER}|and|in|at|for|of|with|from|by|via|under|a|an|the|licen[cs]e|reporting|writing|editing|staff)"
    r"(?:[ \t]*[,;/&|()]+[ \t]*|[ \t]+(?:[-–—][ \t]+)?|$))+"
)

# Rules for a whole sentence or line; (?-i:...) where capitals matter.
UNITS = re.compile(
    "|".join(
        (
            # calls
            (
                rf"(?:please )?(?:sign up|subscribe|register)\b(?= (?:to|for|now|here|today))[^\n]*\b(?:{_MEDIA}"
                rf"|{_CHANNEL}|channel"
                r"|podcast|updates|alerts|here|today|now|free|magazine)\b[^\n]*"
            ),
            (
                rf"(?:get|receive) (?:our|the|your|all|a|an|breaking|daily|weekly|latest|more|free|exclusive"
                rf"|news)\b[^\n]{{0,80}}\b(?:(?:in|to) your inbox|by e-?mail|{_MEDIA})\b[^\n]*"
            ),
            (
                rf"(?:join|follow|like|find|connect with|subscribe to) (?:us|our|the [A-Z]\w+ (?:team|channel))\b[^\n]*"
                rf"(?:{_CHANNEL}|channel|newsletter|page)[^\n]*"
            ),
            (
                r"follow @?\w+(?: \w+){0,4} on (?:x|twitter|facebook|instagram|telegram|whatsapp|threads|bluesky"
                r"|mastodon)\b[^\n]{0,60}"
            ),
            r"(?:download|get|install) (?:our|the) [^\n]{0,40}\bapp\b[^\n]{0,80}",
            (
                r"(?:please )?(?:support|donate to|help fund|fund) (?:our (?:work|journalism|reporting|newsroom)"
                r"|independent (?:journalism|media))[^\n]*"
            ),
            r"(?:donate|subscribe|sign up|register|join) (?:now|today|here)\b[^\n]{0,40}",
            r"(?:become|be) a (?:member|subscriber|supporter|patron)\b[^\n]{0,100}",
            r"share (?:this|the) (?:story|article|post|page|news|report|via|on)\b[^\n]{0,60}",
            r"share (?:on|via|to) (?:x|twitter|facebook|whatsapp|telegram|linkedin|reddit|e-?mail)\b[^\n]{0,60}",
            (
                r"(?:click|tap) (?:here|on|the|to)\b[^\n]{0,30}\b(?:read|share|subscribe|sign|watch|listen|print|e-?mail"
                r"|download|join|learn|see more|follow)\b[^\n]{0,120}"
            ),
            # pointers to other reports
            (
                r"(?:(?:also )?read(?: more| also| next| on| this)?|see also|related(?: (?:stor(?:y|ies)|articles?"
                r"|coverage|news))?"
                r"|more (?:on this(?: story)?|from [^\n:]{2,40}|news|stories|coverage)|also (?:read|see"
                r"|on [^\n:]{2,30})|watch(?: (?:live|now|more))?"
                r"|listen(?: (?:now|to))?|in (?:pictures|photos|video)|don['’]t miss|explainer|must read"
                r"|further reading|recommended)"
                r"[ \t]*(?::|>|»|\||→|(?-i:(?<=[A-Z])[ \t]*[-–—]))[^\n]*"
            ),
            # comments
            r"(?:\(?\d+\)? comments?|comments?[ \t]*\(?\d+\)?|leave a (?:reply|comment)[^\n]{0,60}|cancel reply)",
            (
                r"(?:please )?let us know if you(?:['’]re| are) having (?:issues|problems"
                r"|trouble) with commenting[^\n]{0,40}"
            ),
            r"your e-?mail address will not be published[^\n]{0,60}",
            r"required fields are marked[^\n]{0,10}",
            r"you must be (?:logged|signed) in to (?:post|leave|write)[^\n]{0,40}",
            r"(?:log|sign) in to (?:post|leave|reply|comment|join)[^\n]{0,60}",
            r"comments (?:are|have been) (?:closed|disabled|turned off|moderated)[^\n]{0,60}",
            # cookies and rights
            (
                r"(?:we|this (?:web ?)?site|our (?:web ?)?site|this page"
                r"|we and our (?:\d+ )?partners)(?: may)? (?:also )?(?:uses?|store|"
                r"value your privacy)\b(?: cookies[^\n]*|[^\n]*\bcookies\b[^\n]*)"
            ),
            r"we value your privacy[^\n]{0,20}",
            (
                r"by (?:continuing|clicking|using|accepting|browsing|closing|signing up"
                r"|subscribing)\b(?=[^\n]*\b(?:cookies?"
                r"|privacy (?:policy|notice)|terms of (?:use|service))\b)[^\n]*\byou (?:agree|accept|consent"
                r"|acknowledge)\b[^\n]*"
            ),
            r"(?:you can )?(?:manage|change|withdraw|read|see) (?:your|our) (?:cookie|consent|privacy)[^\n]{0,80}",
            (
                r"(?:©|\(c\)(?=[ \t]*(?:copyright|(?:19|20)\d\d))|copyright\b(?=[ \t]*(?:©|\(c\)|(?:19|20)\d\d|[-–]"
                r"|by\b[^\n]{2,60}(?:19|20)\d\d)))[^\n]{0,200}"
            ),
            r"all rights (?:are )?reserved[^\n]{0,60}",
            (
                r"(?:this (?:material|content|article|story|report) (?:may|must|can) ?not be"
                r"|no part of this [^\n]{0,40}may be|not to be)"
                r" (?:published|reproduced|broadcast|rewritten|redistributed|copied|used)[^\n]*"
            ),
            (
                r"(?:republished|reprinted|reproduced) (?:here )?(?:with|by|under) (?:the )?(?:kind )?(?:permission"
                r"|licen[cs]e)[^\n]*"
            ),
            # notices of the editors
            (
                r"(?:this|the)(?: \w+)? (?:article|story|report|piece|text|content|post|op-?ed|interview"
                r"|translation)(?: below| above)?"
                r" (?:was|is|has been|had been|were)(?: \w+ly| first| also| partly)* (?:translated|republished"
                r"|reposted|reprinted|edited"
                r"|syndicated|automatically|machine[ -]translated)\b[^\n]*"
            ),
            (
                r"this (?:article|story|piece|post|op-?ed|page|video|interview)"
                r" (?:was|is|has been|had been)(?: \w+ly| first| also| partly)* (?:published|posted|written by"
                r"|produced|corrected|updated"
                r"|amended|adapted|generated|created|supported|funded)\b[^\n]*"
            ),
            (
                r"this (?:article|story|report|piece|post|op-?ed|interview)(?: \w+)? (?:first "
                r"|originally )+(?:appeared|ran)\b[^\n]*"
            ),
            rf"(?:originally|first) (?:published|appeared) (?:by|in|on|at) (?:the )?{_CREDIT}",
            (
                rf"{_OUTLET} (?:has not|have not|did not|does not|cannot|could not|is not able to)(?: independently)?"
                r" (?:verif(?:y|ied)|confirm(?:ed)?|vouch for|edit(?:ed)?) (?:the )?(?:content|accuracy|information)s?"
                r" (?:of|in|contained in) (?:this|the) (?:story|article|report|post|text|content|piece)[^\n]*"
            ),
            (
                r"(?:the )?(?:responsibility|liability) for the (?:information|views|content|opinions)[^\n]*"
                r"\b(?:author|authors|writer|publisher)\b[^\n]*"
            ),
            (
                r"(?:the )?(?:views?|opinions?)(?:,? (?:and|or) (?:views?|opinions?|analys[ie]s"
                r"|information))? (?:expressed|contained|set out"
                r"|stated) (?:in|here|above|on)\b[^\n]*(?:\b(?:author|writer|contributor|columnist)(?:s|['’]s"
                r"|s['’])?(?: own| alone)?"
                r"|\bnecessarily\b[^\n]*|\beditorial (?:policy|stance|position)\b[^\n]*)"
            ),
            r"this (?:is|remains) a (?:developing|breaking)(?: news)? story[^\n]*",
            (
                r"(?:please )?(?:check|refresh|come) (?:back|this page)(?: here)? (?:soon |later )?for (?:more "
                r"|the latest |further )?(?:updates|details)[^\n]{0,40}"
            ),
            r"more (?:details )?(?:to (?:follow|come)|soon)",
            r"(?:editor(?:['’]s|s|ial|s['’])?|translator['’]s|publisher['’]s) note[ \t]*[:.–—-][^\n]*",
            # people who made it
            (
                r"(?:additional )?(?:reporting|writing|editing|translation|translated|edited|compiled|written"
                r"|reported|produced|fact[ -]checked)"
                rf"(?: and \w+ing)?(?: (?:in|from) (?-i:{_PROPER})(?:[ ,]+(?-i:{_PROPER}|and)){{0,6}})? by {_CREDIT}"
            ),
            r"our (?:correspondent|reporter|staff)s?(?: in [A-Z][^\n]{2,40})?",
            (
                rf"(?-i:(?:By|BY|by) {_PROPER}(?:(?: |, | and | & | AND ){_PROPER}){{0,7}}(?:,? (?:in|for|of|from"
                rf"|at) {_PROPER}"
                rf"(?: {_PROPER}){{0,4}})?(?:,? (?:[Cc]hief |[Ss]enior |[Ss]taff |[Ff]oreign |[Dd]iplomatic "
                rf"|[Pp]olitical |[Ss]pecial )*"
                r"(?:[Cc]orrespondent|[Ee]ditor|[Rr]eporter|[Ww]riter|[Ss]taff|[Aa]nalyst|[Aa]gencies"
                r"|[Cc]olumnist)s?)?,?)"
            ),
            # pictures
            (
                rf"(?:(?:file|archive|banner|cover|featured?|lead|header|handout|top"
                rf"|main) )*{_PICTURE}(?:(?: (?:credits?|source"
                rf"|courtesy(?: of)?)\b|[ \t]*[:©|])[^\n]{{0,160}}| by {_CREDIT})"
            ),
            r"(?:(?:image|media) (?:source|caption|copyright)|image,|image source,)[^\n]{0,80}",
            (
                rf"(?-i:(?:{_PROPER}(?: {_PROPER}){{0,3}} ?[/|] ?)?(?:{_AGENCIES}(?: ?/ ?"
                rf"| via )?)+(?: ?/ ?{_PROPER}(?: {_PROPER}){{0,3}})?)"
            ),
            # what agencies and press databases put round a report
            r"our standards[ \t]*:[^\n]{0,80}",
            r"(?-i:[a-z]{2,4}(?:/[a-z]{2,4}){1,4})",
            r"sources?[ \t]*:[^\n]{0,80}",
            (
                r"(?-i:BYLINE|SECTION|LENGTH|DATELINE|LOAD-DATE|LANGUAGE|PUBLICATION-TYPE|PUB-TYPE|JOURNAL-CODE|DOCUMENT-TYPE"
                r"|GRAPHIC|SUBJECT|GEOGRAPHIC|ORGANIZATION|PERSON|INDUSTRY|TICKER|DISTRIBUTION|WORD COUNT)[ \t]*:[^\n]{0,300}"
            ),
            (r"(?-i:Byline|Section|Length|Dateline|Load-Date|Language|Publication-Type|Word count)[ \t]*:[^\n]{0,40}"),
            r"end of (?:document|list|article|story)|list of \d+ items|document [a-z0-9]{20,40}",
            # odds and ends of a page
            (
                r"(?:tags?|filed under|posted in|topics?|categor(?:y|ies)|keywords?|labels?"
                r"|hashtags?)[ \t]*:[^\n]{0,200}"
            ),
            r"\d{1,3}[ -]?min(?:ute)?s?(?: read| listen| watch)?|(?:reading|read|estimated) time[ \t]*:?[^\n]{0,20}",
            r"(?:page|slide|photo) \d+ (?:of|/) \d+|\d+ / \d+|\d+ (?:shares?|views?|likes?|reads?)",
            r"(?:https?://|www\.)\S+|\S+@\S+\.[a-z]{2,}|(?:#\w+[ \t]*)+|@\w+",
            (
                r"(?:listen to|watch|read) (?:this|the full|our full) (?:article|story|report|video|podcast"
                r"|interview)[^\n]{0,60}"
            ),
            r"(?:please )?(?:enable|turn on) javascript[^\n]*|your browser (?:does not|doesn['’]t) support[^\n]*",
            r"view (?:this post|profile|more|all|the original)[^\n]{0,40}|a post shared by [^\n]{0,80}",
            r"\d{1,2} (?:seconds?|minutes?|hours?|days?|weeks?) ago|just now",
        )
    ),
    re.IGNORECASE,
)
HEADINGS = re.compile(
    r"(?:(?:related|recommended|similar|more|other|latest|top|popular|trending)[ \t]+(?:stor(?:y|ies)|articles?"
    r"|news|posts?|reads?|content"
    r"|coverage|headlines|topics)|more (?:from|on|in) [^\n.!?]{2,50}|most (?:read|popular|viewed|shared"
    r"|commented)|read (?:next|also|more)"
    r"|keep reading|see also|also read|you (?:may|might) (?:also )?(?:like|be interested in)|up next|what to read next"
    r"|editors?['’]?s? picks?"
    r"|don['’]t miss|related|trending(?: now)?|recommended(?: for you)?|top stories|further reading"
    r"|from around the web)[ \t]*:?",
    re.IGNORECASE,
)
COMMENTS = re.compile(
    r"(?:\d+ )?(?:comments?|repl(?:y|ies)|responses?)(?: \(?\d+\)?)?|leave a (?:reply|comment)", re.IGNORECASE
)
COMMENT_SIGN = re.compile(
    r"(?:reply|.{1,40} says:|\d+ (?:minutes?|hours?|days?|weeks?|months?|years?) ago.{0,20}|report|like)", re.IGNORECASE
)

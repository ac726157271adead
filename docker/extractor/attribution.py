"""Who said what in a paragraph, found on its dependency parse.

A reporting verb governs what is said: its clause, or the quotation beside it. Its
subject says it. Offsets count the code points of the paragraph.
"""

import re
from dataclasses import dataclass

# Verbs whose clause is what is said, by lemma.
REPORTING = frozenset("""
    acknowledge add admit affirm agree allege announce answer argue ask assert assure boast caution
    charge claim comment complain concede conclude confess confirm contend continue counter cry
    declare decry demand deny disclose emphasize estimate exclaim explain hint hope imply indicate
    inform insist joke lament maintain muse note observe opine pledge point post predict proclaim
    promise propose protest question quip reaffirm reason recall recommend recount reiterate remark
    remind repeat reply report request respond retort reveal say shout signal speculate state stress
    suggest suspect swear tell testify threaten tweet underscore urge vow warn wonder worry write
    yell""".split())
# Of these, those whose infinitive is said too: "vowed to leave".
INFINITIVE = frozenset("""
    agree ask claim demand hope offer pledge promise propose request threaten urge vow
    warn""".split())
# Verbs that say something of what follows: "called the plan a mistake".
JUDGING = frozenset("accuse blast call criticize decry denounce describe praise slam".split())
OBJECTS = ("dobj", "oprd", "prep", "ccomp", "xcomp", "acomp")

# The rules, the surest first, each with how often it was right on labelled articles
# (overlap of the words at least 0.8), where nothing and where something is quoted.
PRECISION = {
    "clause-after": (0.75, 0.81),
    "clause-before": (0.54, 0.93),
    "according-to": (0.75, 0.79),
    "clause-around": (0.73, 0.72),
    "quotation-after": (0.70, 0.70),
    "infinitive": (0.54, 0.75),
    "judgement": (0.49, 0.62),
    "quotation-beside": (0.55, 0.55),
}
RULES = list(PRECISION)

QUOTED = re.compile(
    r"“[^“”\"]*(?:[”\"]|$)|\"[^\"“”]*(?:[\"”]|$)|(?<!\w)''.*?(?:''(?!\w)|$)|``.*?(?:''|$)|«[^«»]*(?:»|$)")
MARKS = "\"“”«»'‘’`"
EDGES = " \t\u00a0,;:.—–-" + MARKS
# What may stand between a reporting verb and its quotation.
LEADING = re.compile(r"[,:]?\s*[\"'“«`]+")
# A quotation of fewer words may be a title, or words held at a distance.
FEWEST_WORDS = 4


@dataclass
class Part:
    """A span of what is said, without its quotation marks."""

    start: int
    end: int
    quoted: bool = False


@dataclass
class Statement:
    """One occurrence of someone saying something."""

    rule: str
    cue: tuple[int, int]
    # The head of the noun phrase.
    speaker: object
    parts: list[Part]

    @property
    def confidence(self):
        return PRECISION[self.rule][any(part.quoted for part in self.parts)]


def find(doc):
    """The statements of a parsed paragraph, in its order."""
    quotes = quotations(doc.text)
    found = [it for token in doc if (it := report(token, quotes))]
    for statement in found:
        take_in_quotations(statement, found, quotes, doc.text)
    return sorted(without_repetitions(found), key=lambda it: it.parts[0].start)


def quotations(text):
    """The spans in quotation marks, without the marks."""
    spans = (span_without(MARKS, text, *match.span()) for match in QUOTED.finditer(text))
    return [span for span in spans if span]


def span_without(edges, text, start, end):
    """A span without such characters at its edges; nothing where none are left."""
    while start < end and text[start] in edges:
        start += 1
    while start < end and text[end - 1] in edges:
        end -= 1
    return (start, end) if start < end else None


def report(cue, quotes):
    """The statement that a word reports, if it does."""
    if any(start <= cue.idx < end for start, end in quotes):
        return None
    if cue.lower_ == "according" and cue.i + 1 < len(cue.doc) and cue.nbor().lower_ == "to":
        rule, words, speaker, last = according_to(cue)
    elif cue.pos_ in ("VERB", "AUX") and cue.lemma_ in REPORTING | JUDGING:
        rule, words = governed(cue)
        speaker = speaker_of(cue)
        last = max([cue] + [it for it in cue.children if it.dep_ == "prt"], key=lambda it: it.i)
    else:
        return None
    parts = runs(words)
    if cue.lemma_ in REPORTING and rule in ("", "clause-around"):
        beside = quotations_beside(cue, quotes)
        if beside and (not parts or beside[0] == "quotation-after"):
            rule, parts = beside
    end = last.idx + len(last)
    return Statement(rule, (cue.idx, end), speaker, parts) if parts else None


def governed(cue):
    """What a reporting verb governs: the rule, and the words in order."""
    after = [it for it in cue.children if it.i > cue.i]
    for clause in (it for it in cue.children if it.dep_ in ("ccomp", "parataxis")):
        if clause.i > cue.i:
            return "clause-after", list(clause.subtree)
        # What stands before the clause in its sentence belongs to it.
        first = min(clause.left_edge.i, cue.sent.start)
        return "clause-before", list(cue.doc[first : clause.right_edge.i + 1])
    if cue.dep_ == "parataxis":
        own = set(cue.subtree)
        return "clause-around", [it for it in cue.head.subtree if it not in own]
    if cue.lemma_ in INFINITIVE and (clauses := [it for it in after if it.dep_ == "xcomp"]):
        # Also who is to do it: "urged the council to wait".
        whom = [it for it in after if it.dep_ == "dobj" and it.i < clauses[0].i]
        first = (whom or clauses)[0].left_edge
        return "infinitive", list(cue.doc[first.i : clauses[0].right_edge.i + 1])
    if cue.lemma_ in JUDGING and (objects := [it for it in after if it.dep_ in OBJECTS]):
        particle = objects[0].dep_ == "prep" and objects[0].lower_ in ("for", "on")
        first = objects[0].i + 1 if particle else objects[0].left_edge.i
        return "judgement", list(cue.doc[first : objects[-1].right_edge.i + 1])
    return "", []


def according_to(cue):
    """"According to X, …": the rest of the sentence is said."""
    to = cue.nbor()
    speaker = next((it for it in [*to.children, *cue.children] if it.dep_ == "pobj"), None)
    own = {cue, *cue.subtree, *to.subtree}
    words = [it for it in cue.sent if it not in own] if speaker else []
    return "according-to", words, speaker, to


def quotations_beside(cue, quotes):
    """The quotation right after the cue, else the nearest in its sentence."""
    text, behind = cue.doc.text, cue.idx + len(cue)
    long = [it for it in quotes if len(text[it[0] : it[1]].split()) >= FEWEST_WORDS]
    for quote in long:
        if LEADING.fullmatch(text[behind : quote[0]]):
            return "quotation-after", [Part(*quote, True)]
    within = [it for it in long if it[0] < cue.sent.end_char + 3 and it[1] > cue.sent.start_char]
    nearest = min(within, key=lambda it: min(abs(it[0] - cue.idx), abs(cue.idx - it[1])), default=None)
    return nearest and ("quotation-beside", [Part(*nearest, True)])


def speaker_of(verb, steps=4):
    """Who says it: the verb's subject, or that of what the verb hangs on."""
    for child in verb.children:
        if child.dep_ in ("nsubj", "nsubjpass"):
            relative = verb.dep_ == "relcl" and child.lower_ in ("who", "which", "that")
            return verb.head if relative else child
    if verb.dep_ == "acl":
        return verb.head
    if steps and verb.dep_ in ("conj", "advcl", "xcomp", "pcomp", "ccomp", "dep", "prep"):
        return speaker_of(verb.head, steps - 1)
    return None


def runs(tokens):
    """The words as spans, parted where the cue stands between them."""
    parts = []
    for token in tokens:
        if parts and token.i == parts[-1][-1].i + 1:
            parts[-1].append(token)
        else:
            parts.append([token])
    spans = (span_without(EDGES, it[0].doc.text, it[0].idx, it[-1].idx + len(it[-1])) for it in parts)
    return [Part(*span) for span in spans if span]


def take_in_quotations(statement, found, quotes, text):
    """Widens what is said to the quotations that it touches, and to those that go on
    with it."""
    regions = []
    for part in statement.parts:
        touched = [it for it in quotes if it[0] < part.end and part.start < it[1]]
        spans = [(part.start, part.end), *touched]
        regions.append((min(it[0] for it in spans), max(it[1] for it in spans)))
    sure = [it for it in found if it is not statement and it.rule != "quotation-beside"]
    last = max(statement.cue[1], *(end for _, end in regions))
    quoted = any(start <= it[0] < end for it in quotes for start, end in regions)
    for start, end in (it for it in quotes if quoted and it[0] >= last):
        taken = any(part.start < end and start < part.end for it in sure for part in it.parts)
        if not taken and goes_on(text[last:start]) and not any(last <= it.cue[0] < start for it in sure):
            regions.append((start, end))
            last = end
    statement.parts = [part for region in regions for part in parted(region, quotes, text)]


def goes_on(between):
    """Whether a quotation after these words goes on with the one before them."""
    ended = between.rstrip(MARKS + " \u00a0").endswith((".", ",", ":", "?", "!"))
    return len(between) < 5 or ended and len(between) < 200


def parted(region, quotes, text):
    """A span as parts in and outside of quotation marks."""
    at, end = region
    pieces = []
    for quote in (it for it in quotes if it[0] >= at and it[1] <= end):
        pieces += [(at, quote[0], False), (*quote, True)]
        at = quote[1]
    pieces.append((at, end, False))
    spans = ((span_without(EDGES, text, *piece[:2]), piece[2]) for piece in pieces)
    return [Part(*span, quoted) for span, quoted in spans if span]


def without_repetitions(found):
    """One statement for the same words: the surest rule's, then the nearest cue's."""
    kept = []
    for statement in sorted(found, key=lambda it: (RULES.index(it.rule), distance(it))):
        most = 0.1 if statement.rule == "quotation-beside" else 0.6
        if all(overlap(statement, it) < most for it in kept):
            kept.append(statement)
    return kept


def distance(statement):
    """How far the cue is from the words."""
    start, end = statement.cue
    return min(min(abs(it.start - end), abs(start - it.end)) for it in statement.parts)


def overlap(one, other):
    """What the words of two statements have in common, of all their words."""
    ours, theirs = ({at for it in each.parts for at in range(it.start, it.end)} for each in (one, other))
    return len(ours & theirs) / len(ours | theirs)

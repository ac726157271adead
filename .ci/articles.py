"""Prints as many made-up articles as asked for, one JSON object a line, in the
form that `dicta load --format articles` reads. The same ones every time."""

import json
import sys

for number in range(1, int(sys.argv[1]) + 1):
    article = {
        "id": f"made-up-{number}",
        "title": f"Ship {number} reaches Port Sella",
        "body": f"Ship {number} reached Port Sella with {number * 3} containers. " * 8,
        "published_at": f"2026-01-{number % 28 + 1:02}T10:00:00Z",
        "url": f"https://news.example/ships/{number}",
        "publisher": "The Sella Courier",
        "byline": "Ada Wren",
        "language": "en",
    }
    print(json.dumps(article))

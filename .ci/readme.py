"""Runs the commands of a README and holds their answers against those shown.

    readme.py README.md

A comment before each fenced block of commands says what becomes of it:

    <!-- ci: serve -->        starts a server; it runs until the end, then must
                              stop by itself on SIGTERM
    <!-- ci: run -->          runs, with success. A block of `text` or `json`
                              right after it is its output: `…` in a line stands
                              for any words, a line of only `…` for any lines
    <!-- ci: step NAME -->    is what the step NAME of .ci/run runs
    <!-- ci: file PATH -->    is that file, letter for letter
    <!-- ci: container -->    is left to .ci/container.sh, which runs it

A block of commands or code without one fails. `localhost:50051` becomes the
address of a free port, and the data goes into a directory of this run."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

TEMPORARY = pathlib.Path(os.environ["CI_TMP"])
BLOCK = re.compile(
    r"(?:^<!-- ci: (?P<mark>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$"
    r"(?P<answer>\n\n^```(?:text|json)\n(?P<shown>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
NEEDS_MARK = {"sh", "rust", "python"}


def passed(name: str) -> None:
    print(f"ok    {name}")
    with open(TEMPORARY / "passed", "a", encoding="utf-8") as file:
        file.write(name + "\n")


def fail(name: str, shown: str = "") -> None:
    sys.exit(f"FAIL  {name}\n{shown}")


class Server:
    """The address of the run, and the server that a `serve` block starts."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.process: subprocess.Popen | None = None

    def environment(self, text: str) -> dict[str, str]:
        environment = os.environ | {
            "DICTA_ADDRESS": f"http://{self.address}",
            "DICTA_LISTEN": self.address,
            "DICTA_DATA_DIR": str(TEMPORARY / "readme-data"),
            "NO_COLOR": "1",
        }
        if "cargo run --release" in text:
            # The build that stands already.
            environment["CARGO_BUILD_TARGET"] = os.environ["CI_TARGET"]
            environment["RUSTFLAGS"] = os.environ["CI_RUSTFLAGS"]
        return environment

    def start(self, text: str) -> None:
        log = TEMPORARY / "readme-server.log"
        # One process, cargo replaced by the server, so that a signal meets it.
        self.process = subprocess.Popen(
            ["bash", "-c", "exec " + text.strip()],
            env=self.environment(text),
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        check = ["dicta", "healthcheck"]
        end = time.monotonic() + 600
        while subprocess.run(check, env=self.environment(""), capture_output=True, check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                fail(f"it serves: {text.strip()}", log.read_text())
            time.sleep(0.2)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def run(server: Server, text: str) -> str:
    text = text.replace("localhost:50051", server.address)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        env=server.environment(text),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode != 0:
        fail(f"exit code {done.returncode}: {text}", done.stdout + done.stderr)
    return done.stdout


def pattern(shown: str) -> re.Pattern:
    """The answer as shown, as a pattern for the one given."""
    lines = []
    for line in shown.splitlines():
        if line.strip() == "…":
            lines.append(r"(?:[^\n]*\n)*?")
        else:
            words = [re.escape(part) for part in line.rstrip().split("…")]
            lines.append(r"[^\n]*?".join(words) + r"[ \t]*\n")
    return re.compile("".join(lines))


def check(server: Server, block: re.Match) -> None:
    text, (kind, _, argument) = block["text"], (block["mark"] or "").partition(" ")
    name = text.strip().splitlines()[0]
    if block["shown"] is not None and kind != "run":
        fail(f"an answer is shown that nothing checks: {name}")
    match kind:
        case "serve":
            server.start(text)
        case "run":
            answer = run(server, text)
            if block["shown"] is not None and not pattern(block["shown"]).fullmatch(answer.rstrip("\n") + "\n"):
                fail(f"the answer to: {text}", f"--- shown\n{block['shown']}--- given\n{answer}")
        case "step":
            steps = pathlib.Path(".ci/run").read_text(encoding="utf-8")
            if not re.search(rf"step_{argument}\(\).*{re.escape(name)}", steps):
                fail(f"step {argument} runs: {name}")
        case "file":
            if pathlib.Path(argument).read_text(encoding="utf-8") != text:
                fail(f"{argument} is what the README shows")
            name = argument
        case "container":
            return
        case _:
            fail(f"a block without a mark that says how it is checked: {text}")
    passed(f"README: {name}")


def main(readme: str) -> None:
    server = Server()
    try:
        for block in BLOCK.finditer(pathlib.Path(readme).read_text(encoding="utf-8")):
            if block["mark"] or block["language"] in NEEDS_MARK:
                check(server, block)
        if server.process is None:
            fail("the README starts a server")
        if (code := server.stop()) != 0:
            fail(f"the server stops by itself: {code}")
        passed("README: the server stops")
    finally:
        if server.process is not None and server.process.poll() is None:
            server.process.kill()


main(*sys.argv[1:])

"""What stagecheck writes to a terminal, a real one as far as the system is concerned."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

stagecheck, folder = sys.argv[1], Path(sys.argv[2])
LAYER = "app:\n  baseUrl: http://localhost:3000\n  titel: Portal\n"
PROGRESS = re.compile(r"\r\x1b\[Kstagecheck: (?:looking for app roots|checked \d+ of \d+ app roots)")


def run(where: Path, *arguments: str, **variables: str) -> tuple[str, str]:
    """What arrives on stdout and on stderr, each a terminal of its own."""
    outputs = [pty.openpty() for _ in range(2)]
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8", **variables}
    process = subprocess.Popen(
        [stagecheck, *arguments], cwd=where, env=environment, stdout=outputs[0][1], stderr=outputs[1][1]
    )
    for _, far in outputs:
        os.close(far)
    texts = {near: b"" for near, _ in outputs}
    open_ends = set(texts)
    while open_ends:
        for near in select.select(open_ends, [], [])[0]:
            try:
                piece = os.read(near, 65536)
            except OSError:  # how Linux says that the far end is closed
                piece = b""
            texts[near] += piece
            if not piece:
                open_ends.remove(near)
                os.close(near)
    process.wait()
    stdout, stderr = (texts[near].decode() for near, _ in outputs)
    return stdout, stderr


small = folder / "small"
small.mkdir(parents=True)
(small / "app-config.yaml").write_text(LAYER)
stdout, stderr = run(small)
assert "\x1b[" in stdout and "warning" in stdout, stdout
assert "1 warning" in stderr, stderr
for variables in [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CLICOLOR": "0"}]:
    stdout, _ = run(small, **variables)
    assert "\x1b[" not in stdout and "warning" in stdout, (variables, stdout)
piped = subprocess.run([stagecheck], cwd=small, env={"FORCE_COLOR": "1", "PATH": os.environ["PATH"]}, capture_output=True, text=True)
assert "1 warning" in piped.stderr and piped.stdout.startswith("app-config.yaml:3:3: warning["), piped
print("ok: a terminal gets colours unless told otherwise")

# As large as it takes to keep this machine busy for longer than a person waits in silence.
large, roots, elapsed = folder / "large", 0, 0.0
while elapsed < 1.6 and roots < 60_000:
    for number in range(roots, roots + 4000):
        root = large / f"{number % 100}" / f"{number}"
        root.mkdir(parents=True)
        (root / "app-config.yaml").write_text(LAYER)
    roots += 4000
    started = time.monotonic()
    piped = subprocess.run([stagecheck, "--fail-on", "never"], cwd=large, capture_output=True)
    elapsed = time.monotonic() - started
assert b"\r" not in piped.stderr, piped.stderr
_, stderr = run(large)
lines = PROGRESS.findall(stderr)
assert len(lines) >= 2, stderr
assert PROGRESS.sub("", stderr).startswith("\r\x1b[K"), stderr
print(f"ok: who waits sees {len(lines)} lines of progress, each in the place of the last, and none at the end")

for arguments, variables in [(["-q"], {}), ([], {"CI": "true"})]:
    _, stderr = run(large, *arguments, **variables)
    assert not PROGRESS.search(stderr), (arguments, variables, stderr)
print("ok: with -q, in CI and in a pipe there is no progress")

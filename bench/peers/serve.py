"""The contenders' protocol in Python: the task on the first line, then `run N`, answered with seconds."""

import json
import sys
import time


def serve(prepare):
    """`prepare(task)` returns (values, run): what all contenders must agree on, and the work to do N times.

    `run(N)` may return facts (a dict) about the run; a fact `seconds` replaces the time measured here.
    """
    try:
        task = json.loads(sys.stdin.readline())
        values, run = prepare(task)
        answer({"values": [float(value) for value in values]})
        for line in sys.stdin:
            times = int(line.split()[1])
            start = time.perf_counter()
            facts = run(times)
            seconds = time.perf_counter() - start
            answer({"seconds": seconds, **(facts or {})})
    except Exception as error:  # what went wrong is the answer
        answer({"failed": f"{type(error).__name__}: {error}"[:300]})


def answer(reply):
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()

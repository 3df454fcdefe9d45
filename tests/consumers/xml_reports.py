"""The XML reports of a run over the fixtures, validated and read back."""

import sys
from pathlib import Path

from junitparser import JUnitXml
from lxml import etree

folder, findings = Path(sys.argv[1]), int(sys.argv[2])
grammars = Path(__file__).parent

for name in ["junit", "checkstyle"]:
    grammar = etree.RelaxNG(etree.parse(grammars / f"{name}.rng"))
    grammar.assertValid(etree.parse(folder / f"{name}.xml"))
    print(f"ok: {name} is what its grammar says")

suites = JUnitXml.fromfile(str(folder / "junit.xml"))
cases = [case for suite in suites for case in suite]
failures = [result for case in cases for result in case.result]
assert suites.failures == len(failures) > 0
assert all(result.message for result in failures)
print(f"ok: a reader of JUnit sees {len(cases)} cases, {len(failures)} failures")

errors = etree.parse(folder / "checkstyle.xml").findall(".//error")
assert len(errors) == findings > 0, (len(errors), findings)
print(f"ok: checkstyle holds all {findings} findings")

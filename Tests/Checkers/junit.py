"""Reads a JUnit file as CI systems do, and prints its test cases: a line of JSON for each."""

import json
import sys
import xml.etree.ElementTree as ET

root = ET.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites", root.tag
(suite,) = root
assert suite.tag == "testsuite" and suite.get("name")
cases = suite.findall("testcase")
counts = {"tests": len(cases), "failures": len(suite.findall("testcase/failure")), "errors": len(suite.findall("testcase/error"))}
for element in (root, suite):
    for name, count in counts.items():
        assert element.get(name) == str(count), (element.tag, name, element.get(name), count)
assert len({case.get("name") for case in cases}) == len(cases), "names are not distinct"
for case in cases:
    assert case.get("classname")
    problems = list(case)
    assert len(problems) <= 1
    print(json.dumps([case.get("name"), problems[0].tag if problems else "passed", problems[0].get("message") if problems else ""]))

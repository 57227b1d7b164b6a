"""Reads what `pdfsign verify` writes, strictly."""

import copy
import json
import xml.parsers.expat
from xml.etree import ElementTree

import jsonschema

from program import ROOT

SCHEMA = json.loads((ROOT / "docs/schema/output-v1.json").read_text())
PARTS = {"verified": ("verified",), "signed": ("signed", "signature"), "augmented": ("augmented",)}  # of a result
NESTED = ("finding", "certificate", "verified_timestamp", "covers", "verified_signature", "edit", "revision", "verified_seam", "requirement")


def strict_schema():
    """The schema, but what a verification is made of may hold nothing that it does not tell of."""
    schema = copy.deepcopy(SCHEMA)
    for name in NESTED:
        schema["$defs"][name]["additionalProperties"] = False
    return schema


def lines(out):
    """JSON Lines, each valid by the schema of docs/."""
    answers = [json.loads(line) for line in out.decode().splitlines()]
    validator = jsonschema.Draft202012Validator(strict_schema())
    for answer in answers:
        validator.validate(answer)
        if answer.get("status") in PARTS:
            known = set().union(SCHEMA["properties"], *(SCHEMA["$defs"][part]["properties"] for part in ("result", *PARTS[answer["status"]])))
            assert set(answer) <= known, set(answer) - known
            assert all(set(one) <= set(SCHEMA["$defs"]["signature"]["properties"]) for one in answer.get("signatures", ())
                       if answer["status"] == "signed"), answer["signatures"]
    return answers


def results(out):
    return [answer for answer in lines(out) if answer["type"] == "result"]


def junit(out):
    """{name of a file: [what its case and those of its signatures were]}, counts compared."""
    xml.parsers.expat.ParserCreate().Parse(out, True)
    root = ElementTree.fromstring(out)
    assert root.tag == "testsuites" and [s.tag for s in root] == ["testsuite"]
    cases = list(root[0])
    assert {c.tag for c in cases} <= {"testcase"}
    ends = [c[0].tag if len(c) else "passed" for c in cases]
    for suite in (root, root[0]):
        told = [int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")]
        assert told == [len(cases), *(ends.count(end) for end in ("failure", "error", "skipped"))]
    files = {}
    for case, end in zip(cases, ends):
        assert float(case.get("time")) >= 0
        own = case.get("classname") == "pdfsign.verify"
        files.setdefault(case.get("name") if own else case.get("classname"), []).append(end)
    return files


SARIF_RESULT = {
    "type": "object", "additionalProperties": False, "required": ["ruleId", "level", "message", "locations"],
    "properties": {
        "ruleId": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"}, "level": {"enum": ["error", "warning", "note"]},
        "message": {"type": "object", "additionalProperties": False, "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "properties": {"type": "object"},
        "locations": {"type": "array", "minItems": 1, "maxItems": 1, "items": {
            "type": "object", "additionalProperties": False, "required": ["physicalLocation"], "properties": {
                "physicalLocation": {"type": "object", "additionalProperties": False, "required": ["artifactLocation", "region"], "properties": {
                    "artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~/%:-]*$"}}},
                    "region": {"type": "object", "additionalProperties": False, "required": ["startLine"],
                               "properties": {"startLine": {"const": 1}, "byteOffset": {"type": "integer", "minimum": 0}, "byteLength": {"const": 1}}}}},
                "logicalLocations": {"type": "array", "items": {"type": "object", "required": ["fullyQualifiedName"]}}}}}}}


def sarif(out):
    """Results of the one run; what the standard demands of them is checked (OASIS SARIF 2.1.0, 3.13 to 3.28)."""
    document = json.loads(out)
    assert document["version"] == "2.1.0" and document["$schema"].endswith("sarif-2.1.0.json") and len(document["runs"]) == 1
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "pdfsign" and driver["version"]
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(rules) == len(set(rules))
    for result in run["results"]:
        jsonschema.validate(result, SARIF_RESULT)
        assert result["ruleId"] in rules
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri in [a["location"]["uri"] for a in run["artifacts"]]
    assert {r["ruleId"] for r in run["results"]} == set(rules)
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    return run["results"]


def markdown_rows(out):
    """Cells of the table, as they stand."""
    table = [line for line in out.decode().splitlines() if line.startswith("| ")]
    assert table[0].count("|") == 4 and table[1] == "| --- | --- | --- |"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[2:]]

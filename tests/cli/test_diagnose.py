"""Each way in which a credential fails, explained; docs/diagnose.md shows the same runs."""
import json
from pathlib import Path

import diagnoses
import jsonschema
import pytest

DOCS = Path(__file__).parents[2] / "docs"


def transcripts():
    """What docs/diagnose.md shows, by title."""
    sections = (DOCS / "diagnose.md").read_text().split("\n## ")[1:]
    return {title: body.split("```text\n")[1].split("```")[0] for title, body in (part.split("\n", 1) for part in sections)}


@pytest.mark.parametrize("title", diagnoses.CASES)
def test_the_cause_comes_first_and_the_documentation_shows_it(title, mmcred, tmp_path):
    _, finding, code = diagnoses.CASES[title][:3]
    _, result, transcript = diagnoses.play(title, mmcred, tmp_path)
    first = next((line for line in result.out.splitlines() if line.endswith("]")), "")
    assert (first.endswith(f"[{finding}]"), result.code) == (True, code), result.out + result.err
    assert transcript == transcripts()[title], "make docs writes it anew"


def test_json_is_what_the_schema_says(stored, server):
    result = stored("diagnose", "prod", "--json")
    document = json.loads(result.out)
    schema = json.loads((DOCS / "cli-schema-1.json").read_text())
    jsonschema.validate(document, {**schema, "$ref": "#/$defs/diagnosis"})
    assert (result.code, document["name"], document["works"]) == (0, "prod", True)
    assert [finding["code"] for finding in document["findings"]] == ["may_not_make_tokens"]


@pytest.mark.parametrize(
    "arguments, code, word",
    [
        (["nope"], 5, "entry_missing"),
        ([], 2, "--url"),
        (["prod", "--url", "http://localhost"], 2, "cannot be used with"),
        (["prod", "--allow-http"], 2, "cannot be used with"),
        (["prod", "--token-stdin"], 2, "cannot be used with"),
        (["prod", "--admin", "nope"], 5, "entry_missing"),
        (["prod", "--timeout", "never"], 2, "timeout"),
        (["--url", "localhost", "--token-stdin"], 2, "invalid_token"),
        (["--url", "https://chat.example.com/hooks/abc", "--token-stdin"], 2, "invalid_token"),
    ],
)
def test_bad_input_is_named(stored, arguments, code, word):
    refused = stored("diagnose", *arguments)
    assert (refused.code, word in refused.err) == (code, True), refused.err


def test_no_token_is_printed(stored, server):
    for arguments in (["prod"], ["prod", "--json"]):
        result = stored("diagnose", *arguments)
        assert server.token not in result.out + result.err

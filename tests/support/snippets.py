"""The README's own lines, taken out of it and made into programs that print who one is."""
import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def snippet(language, readme="README.md"):
    """The first block of that language in a README."""
    return re.search(rf"^```{language}\n(.*?)^```$", (ROOT / readme).read_text(), re.M | re.S).group(1)


def python(readme="README.md"):
    return snippet("python", readme) + 'print(me["username"])\n'


def node(readme="README.md"):
    return snippet("js", readme) + "console.log(me.username)\n"


# Around the lines in C: what declares their names, and sends the request.
AROUND = """\
#include <curl/curl.h>
#include <mmcred.h>
#include <stdio.h>

int main(int argc, char **argv) {{
    struct curl_slist *headers = NULL;
    const char *url = argc > 1 ? argv[1] : "";
{}
    if (!headers) return 3;
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    return curl_easy_perform(curl) == CURLE_OK ? 0 : 1;
}}
"""


def c(readme="README.md"):
    return AROUND.format(textwrap.indent(snippet("c", readme), "    "))

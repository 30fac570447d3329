"""One of the two clouds, asked by raw HTTP. Knows nothing of the other."""

import http.client
import json
import os
import re
import sys
import time
import urllib.parse

from exchange import Exchange

PEOPLE = {"alice": "project-a", "bob": "project-b", "carol": "project-c", "reader": "project-a-reader", "admin": "admin", "service": "service"}
PATCH = "application/openstack-images-v2.1-json-patch"


class Cloud:
    """One of the two: who its people are, and what it answered."""

    def __init__(self, clouds_yaml):
        clouds = read_clouds(clouds_yaml)
        auth_url = urllib.parse.urlsplit(clouds["admin"]["auth_url"])
        self.keystone = (auth_url.netloc, auth_url.path.removesuffix("/v3"))
        credential = clouds["project-a-appcred"]
        self.names = {
            "appcred": credential["application_credential_id"],
            "appcred_secret": credential["application_credential_secret"],
            "none": "00000000-0000-0000-0000-000000000000",
        }
        self.tokens, self.answers, self.images, self.namespaces = {"rubbish": "rubbish"}, [], [], []
        for person, entry in PEOPLE.items():
            self.log_in(person, clouds[entry])

    def log_in(self, person, entry):
        user = {"name": entry["username"], "domain": {"id": "default"}, "password": entry["password"]}
        answer = self.send("POST", self.keystone, "/v3/auth/tokens", {"Content-Type": "application/json"}, json.dumps({
            "auth": {"identity": {"methods": ["password"], "password": {"user": user}},
                     "scope": {"project": {"id": entry["project_id"]}}}}).encode())
        if answer[0] != 201:
            sys.exit(f"log-in as {person}: {answer[0]} {answer[2][:200]}")
        self.tokens[person] = answer[1]["x-subject-token"]
        token = json.loads(answer[2])["token"]
        self.names |= {f"{person}_token": self.tokens[person], f"{person}_user": token["user"]["id"],
                       f"{person}_project": token["project"]["id"], "password": entry["password"]}
        image = next(service for service in token["catalog"] if service["type"] == "image")["endpoints"]
        url = urllib.parse.urlsplit(next(e["url"] for e in image if e["region_id"] == "RegionOne" and e["interface"] == "public"))
        self.glance = (url.netloc, url.path.rstrip("/"))

    def send(self, method, where, path, headers, body):
        connection = http.client.HTTPConnection(where[0], timeout=60)
        try:
            connection.putrequest(method, where[1] + path, skip_accept_encoding=True)
            chunked = headers.pop("Transfer-Encoding", None)
            for name, value in headers.items():
                connection.putheader(name, value)
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
                body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
            elif body or method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def fill(self, text):
        return re.sub(r"\$(\w+)", lambda found: self.names.get(found[1], f"missing-{found[1]}"), text)

    def ask(self, exchange, method=None):
        """Sends it once, with the headers that its line does not give."""
        path, body = self.fill(exchange.path), self.fill(exchange.body).encode()
        if sized := re.fullmatch(r"bytes:(\d+)", exchange.body):
            body = (b"0123456789abcdef" * (int(sized[1]) // 16 + 1))[:int(sized[1])]
        headers = {"Accept": "application/json"}
        if exchange.who in self.tokens:
            headers["X-Auth-Token"] = self.tokens[exchange.who]
        if exchange.method == "PATCH" and path.startswith("/v2/images"):
            headers["Content-Type"] = PATCH
        elif exchange.method == "PUT" and path.endswith(("/file", "/stage")):
            headers["Content-Type"] = "application/octet-stream"
        elif body:
            headers["Content-Type"] = "application/json"
        headers |= {name: self.fill(value) for name, value in exchange.headers.items()}
        headers = {name: value for name, value in headers.items() if value != "none" and name != "Order"}
        where = self.glance
        if path.startswith("/identity"):
            where, path = self.keystone, path.removeprefix("/identity") or "/"
        return self.send(method or exchange.method, where, path, headers, body)

    def wait(self, exchange):
        """Asks until a field has a value: WAIT PATH FIELD.FIELD=VALUE"""
        field, _, wanted = exchange.body.partition("=")
        bare, until = Exchange(0, f"{exchange.who} GET {exchange.path}"), time.monotonic() + 10
        while True:
            answer = self.ask(bare)
            try:
                value = json.loads(answer[2])
                for key in field.split("."):
                    value = value[int(key)] if isinstance(value, list) else value.get(key)
            except (ValueError, IndexError, AttributeError):
                value = None
            if str(value) == wanted:
                # All else may be on its way yet.
                return answer[0], {}, json.dumps({field: value}).encode()
            if time.monotonic() > until:
                return 0, {}, f"{field} stayed {value}".encode()
            time.sleep(0.05)

    def run(self, list_of_exchanges):
        for exchange in list_of_exchanges:
            try:
                answer = self.wait(exchange) if exchange.method == "WAIT" else self.ask(exchange)
            except (OSError, http.client.HTTPException) as error:
                answer = (0, {}, f"{type(error).__name__}: {error}".encode())
            self.keep(exchange, answer)
            self.answers.append(answer)

    def keep(self, exchange, answer):
        try:
            body = json.loads(answer[2])
        except ValueError:
            body = None
        for name, key in exchange.captures:
            value = body
            if key.startswith("header."):
                value = answer[1].get(key.removeprefix("header."))
            else:
                for part in key.split("."):
                    if isinstance(value, list):
                        value = value[int(part)] if int(part) < len(value) else None
                    else:
                        value = value.get(part) if isinstance(value, dict) else None
            if value is None:
                print(f"exchanges.txt:{exchange.number}: no {key} in {answer[0]} {answer[2][:200]}")
                sys.exit(1)
            self.names[name] = str(value)
        if exchange.method == "POST" and answer[0] == 201 and isinstance(body, dict):
            if exchange.path == "/v2/images":
                self.images.append(body["id"])
            elif exchange.path == "/v2/metadefs/namespaces":
                self.namespaces.append(body["namespace"])

    def clean_up(self):
        """Takes away what is left of that which was made."""
        unprotect = '[{"op": "replace", "path": "/protected", "value": false}]'
        for image in self.images:
            self.ask(Exchange(0, f"admin PATCH /v2/images/{image} {unprotect}"))
            self.ask(Exchange(0, f"admin DELETE /v2/images/{image}"))
        for namespace in self.namespaces:
            self.ask(Exchange(0, f'admin PUT /v2/metadefs/namespaces/{namespace} {{"namespace": "{namespace}", "protected": false}}'))
            self.ask(Exchange(0, f"admin DELETE /v2/metadefs/namespaces/{namespace}"))


def read_clouds(path):
    """The `auth` of each entry: of nested plain scalars, or of JSON on one line."""
    clouds, entry = {}, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            indent, (key, _, value) = len(line) - len(line.lstrip()), line.strip().partition(":")
            value = value.strip()
            if indent == 2:
                entry = clouds[key] = json.loads(value)["auth"] if value else {}
            elif indent == 6:
                entry[key] = value
    return clouds

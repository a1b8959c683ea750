"""Request bodies as the official Python client sends them: it takes each one, and what it sends over loopback is the body.

    python3 client_bodies.py BODY.json...
"""

import http.server
import json
import sys
import threading

from micro_so import Micro

ANSWER = b'{"job_id":null,"status":"complete","total":0,"results":[]}'


class Receiver(http.server.BaseHTTPRequestHandler):
    received: list[bytes] = []

    def do_POST(self):
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *arguments):
        pass


def main():
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    client = Micro(api_key="none", team_id="team", base_url=address, max_retries=0, timeout=600)
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            body = json.load(file)
        client.prism.objects.organizations.bulk_create(**body)
        sent = json.loads(Receiver.received[-1])
        if sent != body:
            print(f"{path}: the client sends {sent!r} instead of {body!r}")
    if len(Receiver.received) != len(sys.argv) - 1:
        print(f"{len(Receiver.received)} requests for {len(sys.argv) - 1} bodies")
    server.shutdown()


main()

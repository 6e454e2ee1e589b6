"""A client of Twilio that is not the product's: reads one request as JSON on standard input, writes what Twilio said as JSON."""

import json
import sys

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

asked = json.load(sys.stdin)


class Elsewhere(TwilioHttpClient):
    """The library's own client, with the host of every request replaced."""

    def request(self, method, url, *arguments, **more):
        return super().request(method, url.replace("https://api.twilio.com", asked["url"]), *arguments, **more)


def to_row(message):
    return {
        "sid": message.sid,
        "status": message.status,
        "body": message.body,
        "direction": message.direction,
        "segments": message.num_segments,
    }


def run():
    if asked["what"] == "validate":
        validator = RequestValidator(asked["token"])
        return validator.validate(asked["address"], asked["form"], asked["signature"])
    client = Client(asked["account"], asked["token"], http_client=Elsewhere())
    if asked["what"] == "send":
        return to_row(client.messages.create(**asked["message"]))
    if asked["what"] == "fetch":
        return to_row(client.messages(asked["sid"]).fetch())
    return [to_row(message) for message in client.messages.list(to=asked["to"], limit=20)]


try:
    print(json.dumps(run()))
except TwilioRestException as error:
    print(json.dumps({"code": error.code, "status": error.status}))

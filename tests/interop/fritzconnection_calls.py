"""Asks a box with fritzconnection: reads {"box": options of FritzConnection, "calls": [[service, action, arguments]]},
and optionally "commands": [[command, ain]] of the web server; writes what it says of the box, a result or an error per call, a content per command.  Runs in the virtual environment of peers.py."""
import datetime
import json
import sys

from fritzconnection import FritzConnection
from fritzconnection.core.exceptions import FritzConnectionException
from fritzconnection.core.fritzhttp import FritzHttp


def plain(value):
    return value.isoformat() if isinstance(value, datetime.datetime) else value


def asked(box, service, action, arguments):
    try:
        return {"result": {name: plain(value)
                           for name, value in box.call_action(service, action, arguments=arguments).items()}}
    except FritzConnectionException as error:
        return {"error": type(error).__name__, "text": error.args[0]}


def inputs(service, action):
    """{name: type}; of two arguments with one name fritzconnection knows the last."""
    return {argument.name: service.state_variables[argument.relatedStateVariable].dataType
            for argument in action._arguments if argument.direction == "in"}


class OnePort(FritzHttp):
    """A simulated box has all its servers on one port; fritzconnection knows 80 only."""

    @property
    def remote_port(self):
        return self.fc.port


question = json.load(sys.stdin)
box = FritzConnection(**question["box"])
box.http_interface = OnePort(box)
json.dump({"model": box.modelname, "version": box.system_version, "user": box.soaper.user,
           "services": {name: {action.name: inputs(service, action) for action in service.actions.values()}
                        for name, service in box.services.items()},
           "answers": [asked(box, *call) for call in question["calls"]],
           "contents": [box.call_http(*command) for command in question.get("commands", [])]}, sys.stdout)

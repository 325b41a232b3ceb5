"""What Telegraf makes of a body that its http listener takes, as its `json` parser does it (telegraf 1.39).

A strict model of the rules that our configurations in config/telegraf rely on, driven by those files themselves:
an option that it does not know is an error, so that a file cannot be changed without the model.
"""
import fnmatch
import json
import tomllib

SIZES = {"KB": 1000, "MB": 1000**2, "KiB": 1024, "MiB": 1024**2}
LISTENER = {"service_address", "paths", "methods", "read_timeout", "write_timeout", "max_body_size", "data_format",
            "name_override", "json_name_key", "json_time_key", "json_time_format", "tag_keys", "json_string_fields"}


class Refused(Exception):
    """The listener answers this status; the whole body is lost."""


def size(text):
    for unit, factor in SIZES.items():
        if text.endswith(unit):
            return int(text.removesuffix(unit)) * factor
    return int(text)


class Listener:
    def __init__(self, conf):
        settings = tomllib.loads(conf)
        self.input, = settings["inputs"]["http_listener_v2"]
        assert set(self.input) <= LISTENER, set(self.input) - LISTENER
        assert self.input["data_format"] == "json"
        self.trims = []  # (which keys, prefix)
        for processor in settings.get("processors", {}).get("strings", []):
            assert set(processor) == {"tagpass", "trim_prefix"}
            self.tagpass = processor["tagpass"]
            for trim in processor["trim_prefix"]:
                which, = set(trim) - {"prefix"}
                assert trim[which] == "*"
                self.trims.append((which, trim["prefix"]))

    def take(self, body):
        """The metrics of a body (bytes): [{"name", "time", "tags", "fields", "dropped"}]; or raises Refused."""
        if len(body) > size(self.input["max_body_size"]):
            raise Refused("413 request body too large")
        things = json.loads(body.decode("utf-8-sig"))
        if isinstance(things, dict):
            things = [things]
        if not isinstance(things, list) or not all(isinstance(thing, dict) for thing in things):
            raise Refused("400 must be an object or an array of objects")
        metrics = [self.metric(thing) for thing in things]
        return [self.processed(metric) for metric in metrics]

    def matches(self, option, key):
        return any(fnmatch.fnmatchcase(key, pattern) for pattern in self.input.get(option, []))

    def metric(self, thing):
        fields = {}
        flatten("", thing, fields)
        name = self.input.get("name_override", "http_listener_v2")
        if isinstance(fields.get(self.input.get("json_name_key")), str):
            name = fields.pop(self.input["json_name_key"])  # Telegraf drops it later: it is text
        time = None
        if "json_time_key" in self.input:
            assert self.input["json_time_format"] == "unix_ms"
            if self.input["json_time_key"] not in fields:
                raise Refused("400 JSON time key could not be found")
            time = fields.pop(self.input["json_time_key"]) / 1000
        tags = {key: tag_text(fields.pop(key)) for key in list(fields) if self.matches("tag_keys", key)}
        dropped = [key for key, value in fields.items()
                   if isinstance(value, (str, bool)) and not self.matches("json_string_fields", key)]
        for key in dropped:
            del fields[key]
        return {"name": name, "time": time, "tags": tags, "fields": fields, "dropped": dropped}

    def processed(self, metric):
        if not self.trims or not all(key in metric["tags"] for key in self.tagpass):
            return metric
        for which, prefix in self.trims:
            part = "fields" if which == "field_key" else "tags"
            renamed = {key.removeprefix(prefix): value for key, value in metric[part].items()}
            assert len(renamed) == len(metric[part])
            metric = {**metric, part: renamed}
        return metric


def flatten(name, value, fields):
    """Members and indices joined with `_`; every number becomes a double; null is nothing."""
    if isinstance(value, dict):
        for key, member in value.items():
            flatten(f"{name}_{key}" if name else key, member, fields)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            flatten(f"{name}_{index}" if name else str(index), element, fields)
    elif value is not None:
        # Of two that are called alike Telegraf keeps either: nothing that we send may be so.
        assert name not in fields, f"two members are called {name}"
        fields[name] = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def tag_text(value):
    """Numbers without an exponent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f").rstrip("0").rstrip(".") if isinstance(value, float) else value


def picture(metrics):
    """As line protocol shows them, one metric a line, and below it what was lost."""
    lines = []
    for metric in metrics:
        tags = "".join(f",{key}={value}" for key, value in sorted(metric["tags"].items()))
        fields = ",".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in sorted(metric["fields"].items()))
        # A metric without a field is none.
        lines.append(f"{metric['name']}{tags} {fields}" if fields else f"{metric['name']}{tags}: no field, dropped")
        if metric["dropped"]:
            lines.append("  dropped: " + " ".join(sorted(metric["dropped"])))
    return "\n".join(lines) + "\n"

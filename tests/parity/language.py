"""A small language for estates: resources, written once, rendered as `.tf` and `.tf.json` in several shapes.

An estate is a list of `R`, `D` and `P`. Values are Python's: strings are literal, lists and dictionaries are
collections, `Ref` is an attribute of another resource, `T` is a string with references inside, `Json` a `jsonencode`.
A list of `B` is a nested block.
"""

import json


class R:
    """A resource."""

    def __init__(self, kind, name, /, _meta=None, **arguments):
        self.mode, self.kind, self.name, self.arguments, self.meta = "resource", kind, name, arguments, _meta or {}


class D(R):
    """A data source."""

    def __init__(self, kind, name, /, **arguments):
        super().__init__(kind, name, **arguments)
        self.mode = "data"


class Ref:
    """An attribute of a resource of the estate: `Ref("aws_s3_bucket.logs", "id")`."""

    def __init__(self, address, attribute):
        self.address, self.attribute = address, attribute


class T:
    """A string with references: `T("{}/*", Ref(…))`."""

    def __init__(self, text, *refs):
        self.text, self.refs = text, refs


class Json:
    """`jsonencode` of a value."""

    def __init__(self, value):
        self.value = value


class B(dict):
    """The body of a nested block."""


class After:
    """`depends_on`: references to whole resources."""

    def __init__(self, *addresses):
        self.addresses = addresses


def listed(value):
    return value if isinstance(value, list) else [value]


def document(name, policy):
    """The `aws_iam_policy_document` that says what a policy says."""
    statements = []
    for statement in policy["Statement"]:
        block = B(**({"sid": statement["Sid"]} if "Sid" in statement else {}), effect=statement["Effect"], actions=listed(statement["Action"]))
        if "Resource" in statement:
            block["resources"] = listed(statement["Resource"])
        if "Principal" in statement:
            who = statement["Principal"]
            kinds = {"*": "*"} if who == "*" else who
            block["principals"] = [B(type=kind, identifiers=listed(ids)) for kind, ids in kinds.items()]
        tests = [B(test=test, variable=key, values=listed(values)) for test, keys in statement.get("Condition", {}).items() for key, values in keys.items()]
        if tests:
            block["condition"] = tests
        statements.append(block)
    return D("aws_iam_policy_document", name, statement=statements)


def documented(estate):
    """The estate with its policies as `aws_iam_policy_document`."""
    result = []
    for item in estate:
        arguments = dict(item.arguments)
        for argument, value in item.arguments.items():
            if isinstance(value, Json) and argument in ("policy", "assume_role_policy"):
                name = f"{item.kind.removeprefix('aws_')}_{item.name}"
                result.append(document(name, value.value))
                arguments[argument] = Ref(f"data.aws_iam_policy_document.{name}", "json")
        changed = R(item.kind, item.name, item.meta, **arguments)
        changed.mode = item.mode
        result.append(changed)
    return result


SHAPES = ["plain", "count", "for_each", "module", "module_count", "module_in_module"]
KEYED = {"count": ("count", 1, "0"), "for_each": ("for_each", None, "each.key")}


def keyed(mode, kind):
    """Whether the shapes `count` and `for_each` make instances of it: who is asking is the same for all."""
    return mode == "resource" or kind != "aws_caller_identity"


def is_blocks(value):
    return isinstance(value, B) or (isinstance(value, list) and value and all(isinstance(item, B) for item in value))


def reference(ref, shape):
    parts = ref.address.split(".")
    mode, kind = ("data", parts[1]) if parts[0] == "data" else ("resource", parts[0])
    key = f"[{KEYED[shape][2]}]" if shape in KEYED and keyed(mode, kind) else ""
    return f"{ref.address}{key}.{ref.attribute}"


def quote(text):
    """A string literal of HCL: policy variables and the like are no interpolation."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def expression(value, shape, depth=0):
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, Ref):
        return reference(value, shape)
    if isinstance(value, T):
        pieces = value.text.split("{}")
        text = quote(pieces[0])[1:-1]
        for ref, piece in zip(value.refs, pieces[1:]):
            text += "${" + reference(ref, shape) + "}" + quote(piece)[1:-1]
        return f'"{text}"'
    if isinstance(value, After):
        return "[" + ", ".join(value.addresses) + "]"
    if isinstance(value, Json):
        return f"jsonencode({expression(value.value, shape, depth)})"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list):
        if not value:
            return "[]"
        items = [expression(item, shape, depth + 1) for item in value]
        if sum(map(len, items)) < 80 and not any("\n" in item for item in items):
            return "[" + ", ".join(items) + "]"
        return "[\n" + "".join(f"{pad}{item},\n" for item in items) + f"{end}]"
    if isinstance(value, dict):
        if not value:
            return "{}"
        rows = []
        for key, item in value.items():
            name = key if key.isidentifier() else quote(key)
            rows.append(f"{pad}{name} = {expression(item, shape, depth + 1)}\n")
        return "{\n" + "".join(rows) + f"{end}}}"
    raise TypeError(value)


def body(arguments, shape, depth):
    pad = "  " * depth
    text = ""
    for name, value in arguments.items():
        if is_blocks(value):
            for block in [value] if isinstance(value, B) else value:
                text += f"{pad}{name} {{\n{body(block, shape, depth + 1)}{pad}}}\n"
        else:
            text += f"{pad}{name} = {expression(value, shape, depth)}\n"
    return text


def hcl(estate, shape):
    text = ""
    for item in estate:
        text += f'{item.mode} "{item.kind}" "{item.name}" {{\n'
        if shape in KEYED and keyed(item.mode, item.kind):
            name, literal, _ = KEYED[shape]
            text += f"  {name} = {literal if literal is not None else 'toset([' + quote('a') + '])'}\n"
        text += body(item.arguments, shape, 1)
        text += body(item.meta, shape, 1)
        text += "}\n\n"
    return text.rstrip("\n") + "\n"


def json_value(value, shape):
    if isinstance(value, Ref):
        return "${" + reference(value, shape) + "}"
    if isinstance(value, T):
        return expression(value, shape)[1:-1].encode().decode("unicode_escape") if "\\" in value.text else expression(value, shape)[1:-1]
    if isinstance(value, After):
        return list(value.addresses)
    if isinstance(value, Json):
        return "${" + expression(value, shape) + "}"
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, list):
        return [json_value(item, shape) for item in value]
    if isinstance(value, dict):
        return {key: json_value(item, shape) for key, item in value.items()}
    return value


def json_form(estate, shape):
    root = {}
    for item in estate:
        arguments = {}
        if shape in KEYED and keyed(item.mode, item.kind):
            name, literal, _ = KEYED[shape]
            arguments[name] = literal if literal is not None else "${toset([\"a\"])}"
        for name, value in {**item.arguments, **item.meta}.items():
            arguments[name] = json_value(value, shape)
        root.setdefault(item.mode, {}).setdefault(item.kind, {})[item.name] = arguments
    return json.dumps(root, indent=2, ensure_ascii=False) + "\n"


def files(estate, shape, form):
    """The files of a root module, by path."""
    end, render = ("tf", hcl) if form == "hcl" else ("tf.json", json_form)
    provider = 'provider "aws" {\n  region = "us-east-1"\n}\n' if form == "hcl" else json.dumps({"provider": {"aws": {"region": "us-east-1"}}}, indent=2) + "\n"
    roots = {f"provider.{end}": provider}

    def call(name, source, count=False):
        if form == "hcl":
            extra = "  count = 1\n" if count else ""
            return f'module "{name}" {{\n{extra}  source = "{source}"\n}}\n'
        return json.dumps({"module": {name: {**({"count": 1} if count else {}), "source": source}}}, indent=2) + "\n"

    if shape in ("plain", "count", "for_each"):
        return {**roots, f"main.{end}": render(estate, shape)}
    inner = {f"modules/estate/main.{end}": render(estate, "plain")}
    if shape == "module_in_module":
        return {**roots, f"main.{end}": call("outer", "./modules/outer"), f"modules/outer/main.{end}": call("inner", "../estate"), **inner}
    return {**roots, f"main.{end}": call("m", "./modules/estate", shape == "module_count"), **inner}


def prefix(shape):
    """What stands before the addresses of a shape."""
    return {"module": "module.m.", "module_count": "module.m.", "module_in_module": "module.outer.module.inner."}.get(shape, "")

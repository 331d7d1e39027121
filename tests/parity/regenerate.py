#!/usr/bin/env python3
"""Makes the parity matrix anew: `tests/parity/regenerate.py TERRAFORM_PLUGIN_DIR [ESTATE…]`, or only the texts and
truths, without Terraform: `tests/parity/regenerate.py --texts [ESTATE…]`. An estate may be followed by a shape:
`good/plain`.

Needs Terraform with the AWS provider of `VERSION` in the given plugin directory, Python with `moto[server]`, and the
program itself for the recordings (`cargo build`, or its path in TRAILWARDEN). Nothing of that is needed to run the tests.
Everything checked in is free of machine paths, ports and registry hosts.
"""

import calendar
import contextlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from estates import ESTATES, weakened
from language import SHAPES, files, prefix

VERSION = "5.100.0"
HERE = Path(__file__).parent
PROGRAM = os.environ.get("TRAILWARDEN") or str(HERE.parents[1] / "target/debug/trailwarden")
NOW = "2026-01-01T00:00:00Z"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true", "CHECKPOINT_DISABLE": "1"}
PROVIDER = """
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "{version}"
    }}
  }}
}}

provider "aws" {{
  region                      = "us-east-1"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
{endpoints}}}
"""
SERVICES = ["cloudtrail", "cloudwatch", "cloudwatchlogs", "iam", "kms", "organizations", "s3", "s3control", "sns", "sts"]


def endpoints(url):
    rows = "".join(f'    {service} = "{url}"\n' for service in SERVICES)
    return f"  endpoints {{\n{rows}  }}\n"


def patch_describe_trails():
    """DescribeTrails answers for the trails of `trailNameList` only (CloudTrail API reference); moto answers for all,
    and the provider waits for an answer of one trail."""
    from moto.cloudtrail.responses import CloudTrailResponse

    plain = CloudTrailResponse.describe_trails

    def describe_trails(self):
        answer = json.loads(plain(self))
        wanted = json.loads(self.body).get("trailNameList")
        if wanted:
            answer["trailList"] = [trail for trail in answer["trailList"] if trail["Name"] in wanted or trail["TrailARN"] in wanted]
        return json.dumps(answer)

    CloudTrailResponse.describe_trails = describe_trails


class Endpoint:
    """moto's server on a free port of the loopback interface, in a thread of this process."""

    def __enter__(self):
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        # The server of the live tests: the recording is made of it, so that it has to answer as AWS does.
        sys.path.insert(0, str(HERE.parent / "live"))
        import server as live

        # One Region besides that of the estates: what the others say is the same.
        live.ALWAYS_ON[:] = ["eu-west-1", "us-east-1"]
        patch_describe_trails()
        application = live.WithControl(DomainDispatcherApplication(create_backend_app))

        def patched(environ, start_response):
            # GetBucketLifecycleConfiguration answers with this header (S3 API reference); the provider waits for it.
            def start(status, headers, *rest):
                name = "x-amz-transition-default-minimum-object-size"
                if "lifecycle" in environ.get("QUERY_STRING", "") and name not in dict(headers):
                    headers = [*headers, (name, "all_storage_classes_128K")]
                return start_response(status, headers, *rest)

            return application(environ, start)

        self.server = make_server("127.0.0.1", 0, patched, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def reset(self):
        urllib.request.urlopen(urllib.request.Request(self.url + "/moto-api/reset", method="POST")).read()

    def __exit__(self, *_):
        self.server.shutdown()


def terraform(folder, plugins, *arguments):
    command = ["terraform", *arguments]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed in {folder}:\n{done.stdout[-3000:]}{done.stderr[-6000:]}")
    return done.stdout


def recorded(endpoint, folder, ids):
    """What `trailwarden live` keeps of the account, as files by path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= ENVIRONMENT | {"AWS_ENDPOINT_URL": endpoint.url, "AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
    environment["SOURCE_DATE_EPOCH"] = str(calendar.timegm(time.strptime(NOW, "%Y-%m-%dT%H:%M:%SZ")))
    command = [PROGRAM, "live", "--save", str(folder), "--fail-on=never", "--no-progress"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    files = {str(path.relative_to(folder)): json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))}
    files = json.loads(scrubbed(files, endpoint.url, ids))
    return {path: json.dumps(document, indent=2, ensure_ascii=False) + "\n" for path, document in files.items()}


def scrubbed(document, url, ids=None):
    """Without what differs from run to run or names a machine. `ids` are the ones that were replaced before."""
    ids = {} if ids is None else ids
    if "relevant_attributes" in document:
        document["relevant_attributes"].sort(key=json.dumps)
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    text = text.replace("registry.terraform.io", "registry.example.com").replace(url, "http://endpoint.example.com")
    text = text.replace("AKIAIOSFODNN7EXAMPLE", "AIDA0000000000000000")
    text = re.sub(r'"timestamp":"[^"]*"', '"timestamp":"2026-01-01T00:00:00Z"', text)
    text = re.sub(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b", "2026-01-01T00:00:00Z", text)
    # Ids that the endpoint makes up: each becomes its position.
    for pattern, shape in [
        (r"(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])", "00000000-0000-4000-8000-{:012x}"),
        (r'(?<="unique_id":")[a-z0-9]{20}(?=")', "user{:016d}"),
        (r'(?<="policy_id":")A[A-Z0-9]{20}(?=")', "APOLICY{:014d}"),
        (r"\b(?:AROA|AIDA|ANPA|AGPA)[A-Z0-9]{16,17}\b", None),
        (r"\bterraform-\d{26}\b", "terraform-{:026d}"),
    ]:
        seen = ids.setdefault(pattern, {})
        for found in re.findall(pattern, text):
            seen.setdefault(found, len(seen) + 1)
        for found, number in seen.items():
            text = text.replace(found, shape.format(number) if shape else found[:4] + f"{number:016d}")
    return text + "\n"


def write(folder, tree):
    for path, text in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def truth(runs, shape):
    """The verdicts of the runs with the addresses of a shape."""
    def run(options, verdicts):
        labels = {check: {label if label == "*" else prefix(shape) + label: word for label, word in of.items()} for check, of in sorted(verdicts.items())}
        return {"options": options, "verdicts": labels}

    return [run(*of) for of in runs]


def shape_of(name, estate, runs, applied, shape, plugins, endpoint):
    target = HERE / name / shape
    for form in ["hcl", "json"]:
        shutil.rmtree(target / form, ignore_errors=True)
        write(target / form, files(estate, shape, form))
    (target / "truth.json").write_text(json.dumps({"runs": truth(runs, shape)}, indent=1) + "\n")
    if not plugins:
        return
    provider = PROVIDER.format(version=VERSION, endpoints=endpoints(endpoint.url))
    endpoint.reset()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "json"
        write(folder, files(estate, shape, "json"))
        terraform(folder, plugins, "init", "-no-color", "-input=false", f"-plugin-dir={plugins}")
        terraform(folder, plugins, "validate", "-no-color")
        folder = Path(temporary) / "hcl"
        write(folder, files(estate, shape, "hcl"))
        (folder / "provider.tf").write_text(provider)
        terraform(folder, plugins, "init", "-no-color", "-input=false", f"-plugin-dir={plugins}")
        terraform(folder, plugins, "plan", "-no-color", "-input=false", "-out=plan")
        show = lambda *what: scrubbed(json.loads(terraform(folder, plugins, "show", "-json", *what)), endpoint.url)
        (target / "plan.json").write_text(show("plan"))
        if not applied:
            return
        terraform(folder, plugins, "apply", "-no-color", "-input=false", "plan")
        ids = {}
        state = json.loads(terraform(folder, plugins, "show", "-json"))
        (target / "state.json").write_text(scrubbed(state, endpoint.url, ids))
        if shape == "plain":
            shutil.rmtree(target / "recording", ignore_errors=True)
            write(target / "recording", recorded(endpoint, Path(temporary) / "recording", ids))
        if shape in ("plain", "module"):
            terraform(folder, plugins, "plan", "-no-color", "-input=false", "-out=after")
            (target / "plan-after.json").write_text(show("after"))
        if (name, shape) == ("good", "plain"):
            state = json.loads((folder / "terraform.tfstate").read_text())
            state["lineage"] = "00000000-0000-4000-8000-000000000000"
            (target / "terraform.tfstate").write_text(scrubbed(state, endpoint.url))
            plan = json.loads((target / "plan.json").read_text())
            (target / "plan-pretty.json").write_text(json.dumps(plan, indent=2, ensure_ascii=False) + "\n")
            terraform(folder, plugins, "plan", "-no-color", "-input=false", "-destroy", "-out=destroy")
            (target / "plan-destroy.json").write_text(show("destroy"))
            write(folder, files(weakened(estate), shape, "hcl"))
            (folder / "provider.tf").write_text(provider)
            terraform(folder, plugins, "plan", "-no-color", "-input=false", "-out=weakened")
            (target / "plan-weakened.json").write_text(show("weakened"))


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    wanted = sys.argv[2:]
    plugins = None if sys.argv[1] == "--texts" else sys.argv[1]
    with Endpoint() if plugins else contextlib.nullcontext() as endpoint:
        for name, estate, runs, applied in ESTATES:
            for shape in SHAPES:
                if wanted and name not in wanted and f"{name}/{shape}" not in wanted:
                    continue
                print(name, shape, flush=True)
                shape_of(name, estate, runs, applied, shape, plugins, endpoint)


if __name__ == "__main__":
    main()

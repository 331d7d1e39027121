"""moto's server, mended where it differs from AWS in what a scan of trails asks.

Usage: server.py PORT [--until-eof] (0 for a free one). Prints `listening PORT` when it is ready.
Each mend names the page of AWS's documentation that it follows.
"""

import io
import json
import logging
import os
import struct
import sys
import threading
import time

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
# S3 user guide, "Bucket owner granting cross-account bucket permissions": the owner alone, unless a policy says so.
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false")

from moto.account.responses import AccountResponse
from moto.account import urls as account_urls
from moto.cloudtrail.exceptions import TrailNotFoundException
from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult
from moto.iam import iam_backends
from moto.organizations import models as organizations_models
from moto.organizations.models import FakeDelegatedAdministrator, OrganizationsBackend, organizations_backends
from moto.organizations.responses import OrganizationsResponse
from moto.s3.models import S3Backend, s3_backends
from moto.s3.responses import S3Response
from moto.sts.models import STSBackend

# Deliveries happened now, as far as this server lives: two scans of one estate see the same.
STARTED = int(time.time())

MANAGEMENT = os.environ.get("MOTO_ACCOUNT_ID", "123456789012")

# Account Management user guide, "Enable or disable AWS Regions in your account".
ALWAYS_ON = """ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1
eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2""".split()
OFF = "af-south-1 ap-east-1 eu-south-1 me-south-1".split()


def organization_of(account):
    """The organization's backend, whether the account manages it or belongs to it."""
    own = organizations_backends[account]["aws"]
    if own.org:
        return own
    master = organizations_backends.master_accounts.get(account)
    return organizations_backends[master[0]][master[1]] if master else None


def all_trails(account):
    return [trail for backend in list(cloudtrail_backends[account].values()) for trail in backend.trails.values()]


def organization_trails(account):
    """The organization's trails, for its members (CloudTrail user guide, "Creating a trail for an organization")."""
    organization = organization_of(account)
    if not organization or organization.account_id == account:
        return []
    return [trail for trail in all_trails(organization.account_id) if trail.is_org_trail]


# --- CloudTrail: API reference, DescribeTrails: members see organization trails; what is not set is absent.


def describe_trails(self, include_shadow_trails):
    visible = all_trails(self.account_id) + organization_trails(self.account_id)
    if include_shadow_trails:
        return [trail for trail in visible if trail.is_multi_region or trail.region_name == self.region_name]
    return [trail for trail in all_trails(self.account_id) if trail.region_name == self.region_name]


def get_trail(self, name_or_arn):
    """API reference, GetTrail: an ARN works from every Region."""
    for trail in all_trails(self.account_id):
        if trail.arn == name_or_arn or (trail.trail_name == name_or_arn and trail.region_name == self.region_name):
            return trail
    if any(trail.arn == name_or_arn for trail in organization_trails(self.account_id)):
        # What members get for a trail of the organization.
        raise JsonRESTError("CloudTrailARNInvalidException", "The account in the ARN is not that of the caller")
    raise TrailNotFoundException(account_id=self.account_id, name=name_or_arn)


def get_trail_status(self, name):
    """API reference, GetTrailStatus: members may ask for an organization trail by its ARN."""
    for trail in organization_trails(self.account_id):
        if trail.arn == name:
            return Delivery(trail)
    return Delivery(self.get_trail(name))


class Delivery:
    """API reference, GetTrailStatus: times of deliveries while logging, and the S3 error of the last one."""

    def __init__(self, trail):
        self.trail = trail

    def description(self):
        status = self.trail.status
        answer = {"IsLogging": status.is_logging}
        if status.started:
            answer["StartLoggingTime"] = STARTED
            answer["LatestDeliveryTime"] = STARTED
            if self.trail.log_validation:
                answer["LatestDigestDeliveryTime"] = STARTED
            if self.trail.cw_log_group_arn:
                answer["LatestCloudWatchLogsDeliveryTime"] = STARTED
        if status.stopped:
            answer["StopLoggingTime"] = STARTED
        if self.trail.bucket_name not in s3_backends.bucket_accounts:
            answer["LatestDeliveryError"] = "NoSuchBucket"
        return answer


def description(self, include_region=False):
    answer = plain_description(self, include_region)
    answer["HasCustomEventSelectors"] = bool(self.event_selectors or self.advanced_event_selectors)
    answer["HasInsightSelectors"] = bool(self.insight_selectors)
    return {name: value for name, value in answer.items() if value is not None}


plain_description = Trail.description
Trail.description = description
CloudTrailBackend.describe_trails = describe_trails
CloudTrailBackend.get_trail = get_trail
CloudTrailBackend.get_trail_status = get_trail_status


def put_event_selectors(self, event_selectors, advanced_event_selectors):
    """API reference, PutEventSelectors: one kind replaces the other."""
    self.event_selectors = event_selectors or []
    self.advanced_event_selectors = advanced_event_selectors or []


def get_event_selectors(self):
    """API reference, GetEventSelectors: a new trail has the default selector, and only one kind is answered."""
    trail = self.cloudtrail_backend.get_trail(json.loads(self.body).get("TrailName"))
    answer = {"TrailARN": trail.arn}
    if trail.advanced_event_selectors:
        answer["AdvancedEventSelectors"] = trail.advanced_event_selectors
    else:
        default = {
            "ReadWriteType": "All",
            "IncludeManagementEvents": True,
            "DataResources": [],
            "ExcludeManagementEventSources": [],
        }
        answer["EventSelectors"] = [{**default, **selector} for selector in trail.event_selectors or [{}]]
    return json.dumps(answer)


def get_insight_selectors(self):
    """API reference, GetInsightSelectors, "Errors"."""
    trail = self.cloudtrail_backend.get_trail(self._get_param("TrailName"))
    if not trail.insight_selectors:
        raise JsonRESTError("InsightNotEnabledException", f"Trail {trail.arn} does not have Insights enabled.")
    return json.dumps({"TrailARN": trail.arn, "InsightSelectors": trail.insight_selectors})


def list_event_data_stores(self):
    """API reference, ListEventDataStores and GetEventDataStore; moto has none, so that a seed asks for one by name."""
    stores = event_data_stores.get((self.current_account, self.region), [])
    return json.dumps({"EventDataStores": [{"EventDataStoreArn": store["EventDataStoreArn"]} for store in stores]})


def get_event_data_store(self):
    for store in event_data_stores.get((self.current_account, self.region), []):
        if store["EventDataStoreArn"] == self._get_param("EventDataStore"):
            return json.dumps(store)
    raise JsonRESTError("EventDataStoreNotFoundException", "The event data store does not exist")


def add_event_data_store(account, region, name):
    management = [{"Field": "eventCategory", "Equals": ["Management"]}]
    store = {
        "EventDataStoreArn": f"arn:aws:cloudtrail:{region}:{account}:eventdatastore/{name}",
        "Name": name,
        "Status": "ENABLED",
        "AdvancedEventSelectors": [{"Name": "Default", "FieldSelectors": management}],
        "MultiRegionEnabled": True,
        "OrganizationEnabled": False,
        "RetentionPeriod": 366,
        "TerminationProtectionEnabled": True,
        "BillingMode": "EXTENDABLE_RETENTION_PRICING",
    }
    event_data_stores.setdefault((account, region), []).append(store)


event_data_stores = {}
CloudTrailResponse.get_event_data_store = get_event_data_store
Trail.put_event_selectors = put_event_selectors
CloudTrailResponse.get_event_selectors = get_event_selectors
CloudTrailResponse.get_insight_selectors = get_insight_selectors
CloudTrailResponse.list_event_data_stores = list_event_data_stores


# --- Account Management: API reference, ListRegions.


def list_regions(self):
    states = {name: "ENABLED_BY_DEFAULT" for name in ALWAYS_ON} | {name: "DISABLED" for name in OFF}
    regions = [{"RegionName": name, "RegionOptStatus": states[name]} for name in sorted(states)]
    return ActionResult({"Regions": regions})


AccountResponse.list_regions = list_regions
account_urls.url_paths["{0}/listRegions$"] = AccountResponse.dispatch


# --- Organizations: API reference: only the management account and delegated administrators may list.


class Denied(ServiceException):
    def __init__(self):
        super().__init__("AccessDeniedException", "You don't have permissions to access this resource.")


def only_management(name):
    plain = getattr(OrganizationsResponse, name)

    def checked(self, *args, **kwargs):
        if self.organizations_backend.org is None and organization_of(self.current_account):
            raise Denied()
        return plain(self, *args, **kwargs)

    setattr(OrganizationsResponse, name, checked)


for operation in [
    "list_accounts",
    "list_accounts_for_parent",
    "list_organizational_units_for_parent",
    "list_delegated_administrators",
    "list_policies",
    "describe_policy",
    "list_targets_for_policy",
]:
    only_management(operation)

# "AWS services that you can use with AWS Organizations": CloudTrail has delegated administrators.
FakeDelegatedAdministrator.SUPPORTED_SERVICES.append("cloudtrail.amazonaws.com")

# Accounts are numbered in the order of their creation, so that tables of verdicts can name them.
numbers = iter(range(200000000001, 300000000000))
organizations_models.utils.make_random_account_id = lambda: str(next(numbers))


# --- STS: API reference, AssumeRole: the role must exist and its trust policy must fit.


class NotAllowed(ServiceException):
    def __init__(self, role):
        super().__init__("AccessDenied", f"User is not authorized to perform: sts:AssumeRole on resource: {role}")


def assume_role(self, **kwargs):
    arn = kwargs["role_arn"]
    account, name = arn.split(":")[4], arn.rsplit("/", 1)[-1]
    roles = {role.name: role for role in iam_backends[account]["aws"].roles.values()}
    if name not in roles or roles[name].arn != arn:
        raise NotAllowed(arn)
    trust = json.loads(roles[name].assume_role_policy_document)
    for statement in trust["Statement"]:
        wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
        if statement["Effect"] == "Allow" and wanted in (None, kwargs.get("external_id")):
            return plain_assume_role(self, **kwargs)
    raise NotAllowed(arn)


plain_assume_role = STSBackend.assume_role
STSBackend.assume_role = assume_role


# --- S3: user guide, "Setting default server-side encryption behavior": SSE-S3 since January 2023.


def create_bucket(self, bucket_name, region_name, bucket_namespace=None):
    bucket = plain_create_bucket(self, bucket_name, region_name, bucket_namespace)
    bucket.encryption = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
    return bucket


plain_create_bucket = S3Backend.create_bucket
S3Backend.create_bucket = create_bucket


def get_bucket_versioning(self):
    """API reference, GetBucketVersioning: the name of the root; MfaDelete is answered once it was set."""
    status, headers, body = plain_get_bucket_versioning(self)
    body = body if isinstance(body, str) else body.decode()
    body = body.replace("GetBucketVersioningResponse", "VersioningConfiguration")
    state = mfa_delete.get(self.bucket_name)
    if state:
        tag = f"<MfaDelete>{state}</MfaDelete></VersioningConfiguration>"
        body = body.replace("</VersioningConfiguration>", tag)
    headers.pop("Content-Length", None)
    return status, headers, body


def get_object_lock_configuration(self, bucket_name):
    """API reference, DefaultRetention: days or years, not both."""
    *rest, days, years = plain_get_object_lock(self, bucket_name)
    return (*rest, days or None, years or None)


plain_get_object_lock = S3Backend.get_object_lock_configuration
S3Backend.get_object_lock_configuration = get_object_lock_configuration

mfa_delete = {}
plain_get_bucket_versioning = S3Response.get_bucket_versioning
S3Response.get_bucket_versioning = get_bucket_versioning


# --- CloudWatch: Smithy RPC v2 CBOR, the protocol of the newer SDKs; moto speaks JSON.


def cbor(value):
    """RFC 8949, as far as an answer of CloudWatch goes."""

    def head(major, length):
        for width, code in [(1, 24), (2, 25), (4, 26), (8, 27)]:
            if length < 24:
                return bytes([major << 5 | length])
            if length < 1 << 8 * width:
                return bytes([major << 5 | code]) + length.to_bytes(width, "big")
        raise ValueError(length)

    match value:
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            pairs = {name: inner for name, inner in value.items() if inner is not None and "Timestamp" not in name}
            return head(5, len(pairs)) + b"".join(cbor(name) + cbor(inner) for name, inner in pairs.items())
    raise TypeError(type(value))


def rpc_v2(application, environ, start_response):
    """Turns /service/S/operation/O into a call of the JSON protocol, and its answer into CBOR."""
    _, _, service, _, operation = environ["PATH_INFO"].split("/")
    told = {}

    def started(status, headers, *_):
        told["status"] = status

    inner = environ | {
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "REQUEST_URI": "/",
        "HTTP_X_AMZ_TARGET": f"{service}.{operation}",
        "CONTENT_TYPE": "application/x-amz-json-1.0",
        "CONTENT_LENGTH": "2",
        "wsgi.input": io.BytesIO(b"{}"),
    }
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    answer = json.loads(b"".join(application(inner, started)))
    for alarm in answer.get("MetricAlarms", []):
        alarm["Threshold"] = float(alarm["Threshold"])
    body = cbor(answer)
    headers = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
    start_response(told["status"], [*headers, ("Content-Length", str(len(body)))])
    return [body]


class WithControl:
    """What a seed needs and AWS or moto has no call for, below /_trailwarden: mfa-delete?BUCKET=Enabled,
    event-data-store/ACCOUNT/REGION/NAME, and a key of any account by key/ACCOUNT."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        if path == "/_trailwarden/mfa-delete":
            bucket, _, state = environ.get("QUERY_STRING", "").partition("=")
            mfa_delete[bucket] = state
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"ok"]
        if path.startswith("/_trailwarden/event-data-store/"):
            add_event_data_store(*path.split("/")[3:])
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"ok"]
        if path.startswith("/_trailwarden/key/"):
            iam = iam_backends[path.rsplit("/", 1)[-1]]["aws"]
            if "seed" not in iam.users:
                iam.create_user("us-east-1", "seed")
            key = iam.create_access_key("seed")
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"id": key.access_key_id, "secret": key.secret_access_key}).encode()]
        if path.startswith("/service/"):
            return rpc_v2(self.application, environ, start_response)
        return self.application(environ, start_response)


def until_eof():
    """Ends the server with the process that holds the other end of its standard input."""
    sys.stdin.read()
    os._exit(0)


def main():
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *args):
            pass

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = WithControl(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True, request_handler=Quiet)
    print(f"listening {server.server_port}", flush=True)
    if "--until-eof" in sys.argv:
        threading.Thread(target=until_eof, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()

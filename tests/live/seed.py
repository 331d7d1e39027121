"""Makes the estates of the live tests in the stand-in for AWS.

Usage: seed.py ENDPOINT ESTATE, with the credentials of the management account in the environment.
What each estate is worth is in the table beside it: ESTATE.txt.
"""

import json
import pathlib
import sys
import urllib.request

import boto3
from botocore.config import Config

ENDPOINT = sys.argv[1]
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
DATA = pathlib.Path(__file__).parents[2] / "data/cis-metric-filters.json"
CIS = {one["id"]: one["pattern"] for one in json.loads(DATA.read_text())["filters"]}
HOME = "eu-west-1"


class Account:
    """One account's clients."""

    def __init__(self, id=None, role="OrganizationAccountAccessRole"):
        self.session = boto3.Session(region_name=HOME)
        if id:
            sts = self.client("sts")
            answer = sts.assume_role(RoleArn=f"arn:aws:iam::{id}:role/{role}", RoleSessionName="seed")["Credentials"]
            self.session = boto3.Session(
                aws_access_key_id=answer["AccessKeyId"],
                aws_secret_access_key=answer["SecretAccessKey"],
                aws_session_token=answer["SessionToken"],
                region_name=HOME,
            )
        self.clients = {}
        self.id = id or self.client("sts").get_caller_identity()["Account"]

    def client(self, service, region=HOME):
        clients = getattr(self, "clients", {})
        key = service, region
        if key not in clients:
            config = Config(s3={"addressing_style": "path"})
            clients[key] = self.session.client(service, region_name=region, endpoint_url=ENDPOINT, config=config)
        return clients[key]

    def trail_arn(self, name, region=HOME):
        return f"arn:aws:cloudtrail:{region}:{self.id}:trail/{name}"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, action, resource, condition=None, effect="Allow", sid=None):
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource}
    if sid:
        statement["Sid"] = sid
    if condition:
        statement["Condition"] = condition
    return statement


def delivery(bucket, paths, source):
    """What CloudTrail needs to deliver; `source` limits it to trails, or to nothing."""
    scope = {"StringEquals": source} if source else None
    write = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"} | (source or {})}
    arn = f"arn:aws:s3:::{bucket}"
    objects = [f"{arn}/AWSLogs/{path}/*" for path in paths]
    return [
        allow(CLOUDTRAIL, "s3:GetBucketAcl", arn, scope, sid="AclCheck"),
        allow(CLOUDTRAIL, "s3:PutObject", objects, write, sid="Write"),
    ]


def tls_only(bucket):
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    return allow("*", "s3:*", resources, {"Bool": {"aws:SecureTransport": "false"}}, effect="Deny", sid="TlsOnly")


def make_bucket(account, name, region=HOME, **options):
    s3 = account.client("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where, **options)
    return s3


def block(s3, name, on=True):
    settings = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={setting: on for setting in settings})


def good_bucket(account, name, statements, region=HOME):
    """A log bucket with everything right; its access logs go to NAME-access."""
    s3 = make_bucket(account, f"{name}-access", region)
    logging = allow({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject", f"arn:aws:s3:::{name}-access/*")
    make_bucket(account, name, region, ObjectLockEnabledForBucket=True)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}}
    s3.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention}
    )
    rule = {
        "ID": "keep",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": 400},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 400},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    block(s3, name)
    s3.put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    s3.put_bucket_policy(Bucket=f"{name}-access", Policy=policy(logging))
    target = {"LoggingEnabled": {"TargetBucket": f"{name}-access", "TargetPrefix": "audit/"}}
    s3.put_bucket_logging(Bucket=name, BucketLoggingStatus=target)
    s3.put_bucket_policy(Bucket=name, Policy=policy(*statements, tls_only(name)))
    return s3


def good_key(account, trails, region=HOME):
    root = allow({"AWS": f"arn:aws:iam::{account.id}:root"}, "kms:*", "*", sid="Owner")
    use = allow(
        CLOUDTRAIL,
        ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "*",
        {"StringEquals": {"aws:SourceArn": trails}},
        sid="CloudTrail",
    )
    context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account.id}:*"}}
    encrypt = ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    logs = allow({"Service": f"logs.{region}.amazonaws.com"}, encrypt, "*", context, sid="Logs")
    kms = account.client("kms", region)
    key = kms.create_key(Policy=policy(root, use, logs))["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"])
    return key


def log_group(account, name, days, key=None, region=HOME):
    logs = account.client("logs", region)
    logs.create_log_group(logGroupName=name, **({"kmsKeyId": key} if key else {}))
    logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    return f"arn:aws:logs:{region}:{account.id}:log-group:{name}:*"


def alarm(account, group, patterns, actions, region=HOME):
    """A metric filter with an alarm for each pattern, by name."""
    for name, pattern in patterns.items():
        metric = {"metricName": name, "metricNamespace": "Audit", "metricValue": "1"}
        account.client("logs", region).put_metric_filter(
            logGroupName=group, filterName=name, filterPattern=pattern, metricTransformations=[metric]
        )
        account.client("cloudwatch", region).put_metric_alarm(
            AlarmName=name,
            MetricName=name,
            Namespace="Audit",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=actions,
        )


def topic(account, name, trail=None, region=HOME):
    sns = account.client("sns", region)
    arn = sns.create_topic(Name=name)["TopicArn"]
    condition = {"StringEquals": {"aws:SourceArn": trail}} if trail else None
    publish = allow(CLOUDTRAIL, "SNS:Publish", arn, condition)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy(publish))
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="canary-address@example.com")
    return arn


def delivery_role(account, group):
    iam = account.client("iam")
    trust = {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName="delivery", AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group}
    iam.put_role_policy(RoleName="delivery", PolicyName="deliver", PolicyDocument=policy(write))
    return arn


def good_trail(account, name, bucket, key, logs=None, **options):
    """A trail with everything right; `logs` is the bucket that it will deliver to in the end."""
    arn = account.trail_arn(name)
    group = log_group(account, f"/audit/{name}", 400, key)
    topic_arn = topic(account, name, arn)
    alarm(account, f"/audit/{name}", CIS, [topic_arn])
    trail = account.client("cloudtrail")
    trail.create_trail(
        Name=name,
        S3BucketName=bucket,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=key,
        SnsTopicName=name,
        CloudWatchLogsLogGroupArn=group,
        CloudWatchLogsRoleArn=delivery_role(account, group),
        TagsList=[{"Key": "owner", "Value": "audit"}],
        **options,
    )
    logs = logs or bucket
    own = [f"arn:aws:s3:::{logs}/", f"arn:aws:s3:::{logs}-access/"]
    trail.put_event_selectors(
        TrailName=name,
        AdvancedEventSelectors=[
            {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
            {
                "Name": "objects",
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                    {"Field": "resources.ARN", "NotStartsWith": own},
                ],
            },
        ],
    )
    insights = ["ApiCallRateInsight", "ApiErrorRateInsight"]
    trail.put_insight_selectors(TrailName=name, InsightSelectors=[{"InsightType": kind} for kind in insights])
    trail.start_logging(Name=name)
    return arn


def good():
    account = Account()
    arn = account.trail_arn("audit")
    key = good_key(account, [arn])["Arn"]
    good_bucket(account, "good-logs", delivery("good-logs", [account.id], {"aws:SourceArn": arn}))
    good_trail(account, "audit", "good-logs", key)
    reader = {"Effect": "Allow", "Action": ["cloudtrail:Get*", "cloudtrail:LookupEvents"], "Resource": "*"}
    iam = account.client("iam")
    iam.create_user(UserName="reader", Tags=[{"Key": "note", "Value": "canary-tag"}])
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy(reader))


def bad():
    account = Account()
    s3 = make_bucket(account, "bad-logs")
    s3.put_bucket_versioning(Bucket="bad-logs", VersioningConfiguration={"Status": "Suspended"})
    block(s3, "bad-logs", on=False)
    s3.put_bucket_ownership_controls(
        Bucket="bad-logs", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    s3.put_bucket_acl(Bucket="bad-logs", ACL="public-read")
    rule = {"ID": "short", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket="bad-logs", LifecycleConfiguration={"Rules": [rule]})
    everyone = allow("*", "s3:GetObject", "arn:aws:s3:::bad-logs/*", sid="Everyone")
    s3.put_bucket_policy(Bucket="bad-logs", Policy=policy(delivery("bad-logs", [account.id], None)[0], everyone))
    kms = account.client("kms")
    key = kms.create_key(Policy=policy(allow("*", "kms:*", "*")))["KeyMetadata"]
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    group = log_group(account, "/audit/bad", 7)
    login = '{ $.userIdentity.type = "Root" && $.eventName = "ConsoleLogin" }'
    topic_arn = topic(account, "bad")
    alarm(account, "/audit/bad", {"root-use": login}, [topic_arn])
    trails = account.client("cloudtrail")
    trails.create_trail(
        Name="plain",
        S3BucketName="bad-logs",
        IncludeGlobalServiceEvents=False,
        SnsTopicName="bad",
        CloudWatchLogsLogGroupArn=group,
        CloudWatchLogsRoleArn=delivery_role(account, group),
    )
    trails.put_event_selectors(
        TrailName="plain",
        EventSelectors=[
            {"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True},
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": False,
                "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
            },
        ],
    )
    trails.start_logging(Name="plain")
    trails.create_trail(Name="stopped", S3BucketName="bad-logs", KmsKeyId=key["Arn"])
    trails.start_logging(Name="stopped")
    trails.stop_logging(Name="stopped")
    iam = account.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"}
    full = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"
    iam.create_role(RoleName="operator", AssumeRolePolicyDocument=policy(trust))
    iam.attach_role_policy(RoleName="operator", PolicyArn=full)
    iam.create_user(UserName="intern")
    stop = policy({"Effect": "Allow", "Action": "cloudtrail:St*", "Resource": "*"})
    arn = iam.create_policy(PolicyName="stop", PolicyDocument=stop)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="intern", PolicyArn=arn)


def member(organizations, name):
    status = organizations.create_account(AccountName=name, Email=f"canary-{name}@example.com")
    return Account(status["CreateAccountStatus"]["AccountId"])


def mixed():
    """Management, log archive, and members that each do something of their own."""
    management = Account()
    organizations = management.client("organizations")
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    archive, app, lab, legacy, shop = (
        member(organizations, name) for name in ["log-archive", "app", "lab", "legacy", "shop"]
    )
    arn = management.trail_arn("organization")
    paths = [management.id, organization]
    key = good_key(management, [arn])["Arn"]
    # moto wants a trail's bucket in the trail's account when it is made; it may move afterwards.
    make_bucket(management, "for-the-time-being")
    good_trail(management, "organization", "for-the-time-being", key, logs="mixed-archive", IsOrganizationTrail=True)
    good_bucket(archive, "mixed-archive", delivery("mixed-archive", paths, {"aws:SourceArn": arn}))
    management.client("cloudtrail").update_trail(Name="organization", S3BucketName="mixed-archive")
    management.client("s3").delete_bucket(Bucket="for-the-time-being")
    content = {"Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], "Resource": "*"}
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    guard = organizations.create_policy(
        Content=policy(content), Description="", Name="guard", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=guard, TargetId=root)

    # A permission set with full access; roles come of it where it is assigned, which is nowhere.
    sso = management.client("sso-admin")
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    wanted = sso.create_permission_set(
        Name="operators", InstanceArn=instance, SessionDuration="PT1H"
    )["PermissionSet"]["PermissionSetArn"]
    full = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"
    sso.attach_managed_policy_to_permission_set(
        InstanceArn=instance, PermissionSetArn=wanted, ManagedPolicyArn=full
    )

    # app: a single-Region trail of its own, with an excluded source, into its own bucket.
    make_bucket(app, "mixed-app", "us-east-1")
    trails = app.client("cloudtrail", "us-east-1")
    trails.create_trail(Name="own", S3BucketName="mixed-app")
    trails.put_event_selectors(
        TrailName="own", EventSelectors=[{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]
    )
    trails.start_logging(Name="own")

    # lab: stopped; an event data store besides.
    control(f"event-data-store/{lab.id}/{HOME}/lake")
    make_bucket(lab, "mixed-lab")
    lab.client("cloudtrail").create_trail(Name="paused", S3BucketName="mixed-lab", IsMultiRegionTrail=True)

    # legacy: the bucket is gone, the key about to be.
    make_bucket(legacy, "mixed-legacy")
    kms = legacy.client("kms")
    old = kms.create_key()["KeyMetadata"]
    trails = legacy.client("cloudtrail")
    trails.create_trail(Name="old", S3BucketName="mixed-legacy", IsMultiRegionTrail=True, KmsKeyId=old["Arn"])
    trails.start_logging(Name="old")
    legacy.client("s3").delete_bucket(Bucket="mixed-legacy")
    kms.schedule_key_deletion(KeyId=old["KeyId"], PendingWindowInDays=7)

    # shop: a bucket outside the organization, and full access by user, group and role.
    make_bucket(shop, "mixed-outside")
    trails = shop.client("cloudtrail")
    trails.create_trail(Name="abroad", S3BucketName="mixed-outside", IsMultiRegionTrail=True)
    trails.start_logging(Name="abroad")
    shop.client("s3").delete_bucket(Bucket="mixed-outside")
    outside("mixed-outside")
    iam = shop.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": shop.id}, "Action": "sts:AssumeRole"}
    iam.create_user(UserName="anna")
    iam.attach_user_policy(UserName="anna", PolicyArn=full)
    iam.create_group(GroupName="operators")
    iam.attach_group_policy(GroupName="operators", PolicyArn=full)
    iam.create_user(UserName="bert")
    iam.add_user_to_group(GroupName="operators", UserName="bert")
    iam.create_role(RoleName="operator", AssumeRolePolicyDocument=policy(trust))
    iam.attach_role_policy(RoleName="operator", PolicyArn=full)


def control(path):
    """Asks the server itself for something."""
    with urllib.request.urlopen(f"{ENDPOINT}/_trailwarden/{path}") as answer:
        return answer.read()


def outside(bucket):
    """Makes a bucket in an account outside the organization."""
    key = json.loads(control("key/999999999999"))
    session = boto3.Session(aws_access_key_id=key["id"], aws_secret_access_key=key["secret"], region_name=HOME)
    s3 = session.client("s3", endpoint_url=ENDPOINT, config=Config(s3={"addressing_style": "path"}))
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": HOME})


if __name__ == "__main__":
    {"good": good, "bad": bad, "mixed": mixed}[sys.argv[2]]()

"""The estates of the parity matrix, and what is so of them.

An estate is resources and runs: the options of a run, and the verdicts by check and address. `*` is every finding of the
check that no other address claims. What a form of an estate cannot tell is not said here but in the test, with its reason.
"""

from language import After, B, D, Json, R, Ref, T, documented

ACCOUNT = Ref("data.aws_caller_identity.current", "account_id")
CALLER = D("aws_caller_identity", "current")


def trail_arn(name):
    return T("arn:aws:cloudtrail:us-east-1:{}:trail/" + name, ACCOUNT)


def allow(principal, action, resource, condition=None, effect="Allow", sid=None):
    statement = {"Sid": sid} if sid else {}
    statement |= {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def policy(*statements):
    return Json({"Version": "2012-10-17", "Statement": list(statements)})


def literal(estate):
    """The ARN of a bucket of an estate in letters: a policy with it is known before the bucket is made."""
    return lambda bucket, tail="": f"arn:aws:s3:::parity-{estate}-{bucket}{tail}"


def referred(bucket, tail=""):
    """The ARN of a bucket by reference."""
    arn = Ref(f"aws_s3_bucket.{bucket}", "arn")
    return T("{}" + tail, arn) if tail else arn


def logs(arn, bucket):
    """The objects that CloudTrail writes into a bucket."""
    where = arn(bucket)
    return T("{}/AWSLogs/{}/*", where, ACCOUNT) if isinstance(where, Ref) else T(where + "/AWSLogs/{}/*", ACCOUNT)


def delivery(arn, bucket, trail, scoped=True):
    source = {"aws:SourceArn": trail_arn(trail)}
    acl = allow(CLOUDTRAIL, "s3:GetBucketAcl", arn(bucket), {"StringEquals": source} if scoped else None, sid="AclCheck")
    condition = {"s3:x-amz-acl": "bucket-owner-full-control"} | (source if scoped else {})
    write = allow(CLOUDTRAIL, "s3:PutObject", logs(arn, bucket), {"StringEquals": condition}, sid="Write")
    return [acl, write]


def no_plain_http(arn, bucket):
    return allow("*", "s3:*", [arn(bucket), arn(bucket, "/*")], {"Bool": {"aws:SecureTransport": "false"}}, effect="Deny", sid="TlsOnly")


def access_logs(arn, bucket):
    return allow({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject", arn(bucket, "/*"), sid="AccessLogs")


def block(bucket, name=None, on=True):
    return R("aws_s3_bucket_public_access_block", name or bucket, bucket=Ref(f"aws_s3_bucket.{bucket}", "id"), block_public_acls=on, block_public_policy=on, ignore_public_acls=on, restrict_public_buckets=on)


def root_key_statement():
    return allow({"AWS": T("arn:aws:iam::{}:root", ACCOUNT)}, "kms:*", "*", sid="Owner")


ROOT_USE = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'

def good(arn):
    return [
        CALLER,
        R("aws_kms_key", "logs", description="logs of the trail", enable_key_rotation=True, policy=policy(
            root_key_statement(),
            allow(CLOUDTRAIL, ["kms:GenerateDataKey*", "kms:DescribeKey"], "*", {"StringEquals": {"aws:SourceArn": trail_arn("good")}}, sid="CloudTrail"),
            allow({"Service": "logs.us-east-1.amazonaws.com"}, ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*", "kms:Describe*"], "*", {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": T("arn:aws:logs:us-east-1:{}:*", ACCOUNT)}}, sid="Logs"),
        )),
        R("aws_s3_bucket", "access", bucket="parity-good-access"),
        R("aws_s3_bucket", "logs", bucket="parity-good-logs", object_lock_enabled=True),
        R("aws_s3_bucket_versioning", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), versioning_configuration=B(status="Enabled")),
        R("aws_s3_bucket_object_lock_configuration", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), rule=B(default_retention=B(mode="COMPLIANCE", days=365))),
        block("logs"),
        R("aws_s3_bucket_ownership_controls", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), rule=B(object_ownership="BucketOwnerEnforced")),
        R("aws_s3_bucket_lifecycle_configuration", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), rule=B(id="keep", status="Enabled", filter=B(), expiration=B(days=400), noncurrent_version_expiration=B(noncurrent_days=400))),
        R("aws_s3_bucket_policy", "access", bucket=Ref("aws_s3_bucket.access", "id"), policy=policy(access_logs(arn, "access"))),
        R("aws_s3_bucket_logging", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), target_bucket=Ref("aws_s3_bucket.access", "id"), target_prefix="audit/", depends_on=After("aws_s3_bucket_policy.access")),
        R("aws_s3_bucket_policy", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), policy=policy(*delivery(arn, "logs", "good"), no_plain_http(arn, "logs"))),
        R("aws_cloudwatch_log_group", "trail", name="/audit/good", retention_in_days=400, kms_key_id=Ref("aws_kms_key.logs", "arn")),
        R("aws_iam_role", "delivery", name="parity-good-delivery", assume_role_policy=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": CLOUDTRAIL}]})),
        R("aws_iam_role_policy", "delivery", name="deliver", role=Ref("aws_iam_role.delivery", "id"), policy=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": T("{}:*", Ref("aws_cloudwatch_log_group.trail", "arn"))}]})),
        R("aws_sns_topic", "trail", name="parity-good"),
        R("aws_sns_topic_policy", "trail", arn=Ref("aws_sns_topic.trail", "arn"), policy=policy(allow(CLOUDTRAIL, "SNS:Publish", Ref("aws_sns_topic.trail", "arn"), {"StringEquals": {"aws:SourceArn": trail_arn("good")}}))),
        R("aws_cloudwatch_log_metric_filter", "root", name="root-use", log_group_name=Ref("aws_cloudwatch_log_group.trail", "name"), pattern=ROOT_USE, metric_transformation=B(name="RootUse", namespace="Audit", value="1")),
        R("aws_cloudwatch_metric_alarm", "root", alarm_name="root-use", comparison_operator="GreaterThanOrEqualToThreshold", evaluation_periods=1, threshold=1, period=300, statistic="Sum", metric_name="RootUse", namespace="Audit", alarm_actions=[Ref("aws_sns_topic.trail", "arn")]),
        R("aws_iam_user", "reader", name="parity-good-reader"),
        R("aws_iam_user_policy", "reader", name="read", user=Ref("aws_iam_user.reader", "name"), policy=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["cloudtrail:Get*", "cloudtrail:LookupEvents"], "Resource": "*"}]})),
        R("aws_cloudtrail", "main",
          name="good", s3_bucket_name=Ref("aws_s3_bucket.logs", "id"), is_multi_region_trail=True, enable_log_file_validation=True, kms_key_id=Ref("aws_kms_key.logs", "arn"),
          cloud_watch_logs_group_arn=T("{}:*", Ref("aws_cloudwatch_log_group.trail", "arn")), cloud_watch_logs_role_arn=Ref("aws_iam_role.delivery", "arn"), sns_topic_name=Ref("aws_sns_topic.trail", "name"),
          advanced_event_selector=[
              B(name="management", field_selector=[B(field="eventCategory", equals=["Management"])]),
              B(name="objects", field_selector=[B(field="eventCategory", equals=["Data"]), B(field="resources.type", equals=["AWS::S3::Object"]),
                                                B(field="resources.ARN", not_starts_with=["arn:aws:s3:::parity-good-logs/", "arn:aws:s3:::parity-good-access/"])]),
          ],
          insight_selector=[B(insight_type="ApiCallRateInsight"), B(insight_type="ApiErrorRateInsight")],
          tags={"owner": "audit"}),
    ]

GOOD_TRUTH = {
    "multi-region-trail": {"aws_cloudtrail.main": "pass"},
    "organization-trail": {"aws_cloudtrail.main": "fail"},
    "log-file-validation": {"aws_cloudtrail.main": "pass"},
    "kms-encryption": {"aws_cloudtrail.main": "pass"},
    "cloudwatch-logs": {"aws_cloudtrail.main": "pass"},
    "trail-logging-enabled": {"aws_cloudtrail.main": "pass"},
    "management-events": {"aws_cloudtrail.main": "pass"},
    "global-service-events": {"aws_cloudtrail.main": "pass"},
    "data-events": {"aws_cloudtrail.main": "pass"},
    "data-event-loop": {"aws_cloudtrail.main": "pass"},
    "insights": {"aws_cloudtrail.main": "pass"},
    "sns-notifications": {"aws_cloudtrail.main": "pass"},
    "trail-tags": {"aws_cloudtrail.main": "not-applicable"},
    "mfa-delete": {"aws_s3_bucket.logs": "not-applicable"},
    "bucket-versioning": {"aws_s3_bucket.logs": "pass", "aws_s3_bucket.access": "absent"},
    "lifecycle-retention": {"aws_s3_bucket.logs": "pass"},
    "access-logging": {"aws_s3_bucket.logs": "pass", "aws_s3_bucket.access": "absent"},
    "least-privilege-bucket-policy": {"aws_s3_bucket.logs": "pass"},
    "public-access-block": {"aws_s3_bucket.logs": "pass"},
    "public-log-bucket": {"aws_s3_bucket.logs": "pass"},
    "secure-transport": {"aws_s3_bucket.logs": "pass"},
    "log-delivery-policy": {"aws_s3_bucket.logs": "pass"},
    "dedicated-bucket": {"aws_s3_bucket.logs": "pass"},
    "deletion-protection": {"aws_s3_bucket.logs": "pass", "aws_cloudtrail.main": "not-applicable"},
    "separate-trails": {"aws_s3_bucket.logs": "not-applicable"},
    "duplicate-management-events": {"*": "not-applicable"},
    "kms-key-policy": {"aws_kms_key.logs": "pass"},
    "kms-key-health": {"aws_kms_key.logs": "pass"},
    "log-group-retention": {"aws_cloudwatch_log_group.trail": "pass"},
    "log-group-encryption": {"aws_cloudwatch_log_group.trail": "pass"},
    "trail-coverage": {"*": "not-applicable"},
    "full-access-usage": {"*": "not-applicable"},
    "organization-guardrail": {"*": "not-applicable"},
    "delegated-administrators": {"*": "not-applicable"},
    "audit-tampering-access": {"*": "pass"},
    "metric-filter-alarms": {"*": "pass"},
    "trail-quota": {"*": "not-applicable"},
}

WEAK = [
    CALLER,
    R("aws_s3_bucket", "logs", bucket="parity-weak-logs", force_destroy=True),
    R("aws_s3_bucket_versioning", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), versioning_configuration=B(status="Suspended")),
    block("logs", on=False),
    R("aws_s3_bucket_lifecycle_configuration", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), rule=B(id="short", status="Enabled", filter=B(), expiration=B(days=30))),
    R("aws_s3_bucket_logging", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), target_bucket=Ref("aws_s3_bucket.logs", "id"), target_prefix="self/", depends_on=After("aws_s3_bucket_policy.logs")),
    R("aws_s3_bucket_policy", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), policy=policy(*delivery(literal("weak"), "logs", "weak", scoped=False), access_logs(literal("weak"), "logs"))),
    R("aws_cloudwatch_log_group", "trail", name="/audit/weak", retention_in_days=7),
    R("aws_iam_role", "delivery", name="parity-weak-delivery", assume_role_policy=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": CLOUDTRAIL}]})),
    R("aws_sns_topic", "trail", name="parity-weak"),
    R("aws_sns_topic_policy", "trail", arn=Ref("aws_sns_topic.trail", "arn"), policy=policy(allow(CLOUDTRAIL, "SNS:Publish", Ref("aws_sns_topic.trail", "arn")))),
    R("aws_cloudwatch_log_metric_filter", "root", name="root-use", log_group_name=Ref("aws_cloudwatch_log_group.trail", "name"), pattern='{ $.userIdentity.type = "Root" && $.eventName = "ConsoleLogin" }', metric_transformation=B(name="RootUse", namespace="Audit", value="1")),
    R("aws_cloudwatch_metric_alarm", "root", alarm_name="root-use", comparison_operator="GreaterThanOrEqualToThreshold", evaluation_periods=1, threshold=1, period=300, statistic="Sum", metric_name="RootUse", namespace="Audit", alarm_actions=[Ref("aws_sns_topic.trail", "arn")]),
    R("aws_iam_role", "operator", name="parity-weak-operator", assume_role_policy=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}]})),
    R("aws_iam_role_policy_attachment", "operator", role=Ref("aws_iam_role.operator", "name"), policy_arn="arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"),
    R("aws_iam_user", "intern", name="parity-weak-intern"),
    R("aws_iam_policy", "stop", name="parity-weak-stop", policy=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudtrail:St*", "Resource": "*"}]})),
    R("aws_iam_user_policy_attachment", "intern", user=Ref("aws_iam_user.intern", "name"), policy_arn=Ref("aws_iam_policy.stop", "arn")),
    R("aws_cloudtrail", "main", name="weak", s3_bucket_name=Ref("aws_s3_bucket.logs", "id"), sns_topic_name=Ref("aws_sns_topic.trail", "name"),
      cloud_watch_logs_group_arn=T("{}:*", Ref("aws_cloudwatch_log_group.trail", "arn")), cloud_watch_logs_role_arn=Ref("aws_iam_role.delivery", "arn"),
      include_global_service_events=False,
      event_selector=[B(read_write_type="ReadOnly", include_management_events=True),
                      B(read_write_type="All", include_management_events=False, data_resource=B(type="AWS::S3::Object", values=["arn:aws:s3"]))]),
]

WEAK_TRUTH = {
    "multi-region-trail": {"aws_cloudtrail.main": "fail"},
    "organization-trail": {"aws_cloudtrail.main": "fail"},
    "log-file-validation": {"aws_cloudtrail.main": "fail"},
    "kms-encryption": {"aws_cloudtrail.main": "fail"},
    "cloudwatch-logs": {"aws_cloudtrail.main": "pass"},
    "trail-logging-enabled": {"aws_cloudtrail.main": "pass"},
    "management-events": {"aws_cloudtrail.main": "fail"},
    "global-service-events": {"aws_cloudtrail.main": "fail"},
    "data-events": {"aws_cloudtrail.main": "pass"},
    "data-event-loop": {"aws_cloudtrail.main": "fail"},
    "insights": {"aws_cloudtrail.main": "fail"},
    "sns-notifications": {"aws_cloudtrail.main": "fail"},
    "mfa-delete": {"aws_s3_bucket.logs": "fail"},
    "bucket-versioning": {"aws_s3_bucket.logs": "fail"},
    "lifecycle-retention": {"aws_s3_bucket.logs": "fail"},
    "access-logging": {"aws_s3_bucket.logs": "fail"},
    "least-privilege-bucket-policy": {"aws_s3_bucket.logs": "fail"},
    "public-access-block": {"aws_s3_bucket.logs": "fail"},
    "public-log-bucket": {"aws_s3_bucket.logs": "pass"},
    "secure-transport": {"aws_s3_bucket.logs": "fail"},
    "log-delivery-policy": {"aws_s3_bucket.logs": "pass"},
    "dedicated-bucket": {"aws_s3_bucket.logs": "fail"},
    "deletion-protection": {"aws_s3_bucket.logs": "fail", "aws_cloudtrail.main": "not-applicable"},
    "separate-trails": {"aws_s3_bucket.logs": "not-applicable"},
    "duplicate-management-events": {"*": "not-applicable"},
    "log-group-retention": {"aws_cloudwatch_log_group.trail": "fail"},
    "log-group-encryption": {"aws_cloudwatch_log_group.trail": "fail"},
    "full-access-usage": {"aws_iam_role_policy_attachment.operator": "fail"},
    "audit-tampering-access": {"aws_iam_user.intern": "fail"},
    "metric-filter-alarms": {"*": "fail"},
    "trail-quota": {"*": "not-applicable"},
}

BROKEN = [
    CALLER,
    R("aws_kms_key", "logs", description="open", policy=policy(allow("*", "kms:*", "*"))),
    R("aws_s3_bucket", "logs", bucket="parity-broken-logs"),
    R("aws_s3_bucket_ownership_controls", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), rule=B(object_ownership="ObjectWriter")),
    R("aws_s3_bucket_acl", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), acl="public-read"),
    R("aws_s3_bucket_policy", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), policy=policy(
        delivery(literal("broken"), "logs", "first")[0],
        allow({"AWS": "*"}, "s3:GetObject", literal("broken")("logs", "/*"), sid="Everyone"), access_logs(literal("broken"), "logs"))),
    R("aws_s3_bucket", "app", bucket="parity-broken-app"),
    R("aws_s3_bucket_logging", "app", bucket=Ref("aws_s3_bucket.app", "id"), target_bucket=Ref("aws_s3_bucket.logs", "id"), target_prefix="app/", depends_on=After("aws_s3_bucket_policy.logs")),
    R("aws_cloudtrail", "first", name="first", s3_bucket_name=Ref("aws_s3_bucket.logs", "id"), kms_key_id=Ref("aws_kms_key.logs", "arn"), is_multi_region_trail=True),
    R("aws_cloudtrail", "second", name="second", s3_bucket_name=Ref("aws_s3_bucket.logs", "id"), is_multi_region_trail=True, enable_log_file_validation=True),
    R("aws_cloudtrail", "stopped", name="stopped", s3_bucket_name=Ref("aws_s3_bucket.app", "id"), enable_logging=False, include_global_service_events=False,
      event_selector=B(read_write_type="All", include_management_events=False, data_resource=B(type="AWS::S3::Object", values=["arn:aws:s3:::parity-other/"]))),
]

BROKEN_TRUTH = {
    "multi-region-trail": {"aws_cloudtrail.first": "pass", "aws_cloudtrail.stopped": "fail"},
    "log-file-validation": {"aws_cloudtrail.first": "fail", "aws_cloudtrail.second": "pass"},
    "kms-encryption": {"aws_cloudtrail.first": "pass", "aws_cloudtrail.second": "fail"},
    "cloudwatch-logs": {"aws_cloudtrail.first": "fail"},
    "trail-logging-enabled": {"aws_cloudtrail.first": "pass", "aws_cloudtrail.stopped": "fail"},
    "management-events": {"aws_cloudtrail.first": "pass"},
    "data-events": {"aws_cloudtrail.first": "fail"},
    "data-event-loop": {"aws_cloudtrail.first": "not-applicable"},
    "mfa-delete": {"aws_s3_bucket.logs": "fail"},
    "bucket-versioning": {"aws_s3_bucket.logs": "fail"},
    "lifecycle-retention": {"aws_s3_bucket.logs": "fail"},
    "access-logging": {"aws_s3_bucket.logs": "fail"},
    "least-privilege-bucket-policy": {"aws_s3_bucket.logs": "fail"},
    "public-access-block": {"aws_s3_bucket.logs": "fail"},
    "public-log-bucket": {"aws_s3_bucket.logs": "fail"},
    "log-delivery-policy": {"aws_s3_bucket.logs": "fail"},
    "dedicated-bucket": {"aws_s3_bucket.logs": "fail"},
    "separate-trails": {"aws_s3_bucket.logs": "fail"},
    "duplicate-management-events": {"*": "fail"},
    "kms-key-policy": {"aws_kms_key.logs": "fail"},
    "kms-key-health": {"aws_kms_key.logs": "fail"},
    "insights": {"aws_cloudtrail.first": "fail"},
    "sns-notifications": {"aws_cloudtrail.first": "fail"},
}

# What the local endpoint cannot hold: plans only.
GUARDED = [
    CALLER,
    R("aws_organizations_organization", "this", aws_service_access_principals=["cloudtrail.amazonaws.com"], enabled_policy_types=["SERVICE_CONTROL_POLICY"], feature_set="ALL"),
    R("aws_organizations_policy", "guard", name="guard", content=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"], "Resource": "*"}]})),
    R("aws_organizations_policy_attachment", "guard", policy_id=Ref("aws_organizations_policy.guard", "id"), target_id="r-abcd"),
    R("aws_kms_key", "lake", description="lake", enable_key_rotation=True),
    R("aws_cloudtrail_event_data_store", "main", name="main-store", kms_key_id=Ref("aws_kms_key.lake", "arn"), organization_enabled=True),
    R("aws_organizations_delegated_administrator", "audit", account_id="210987654321", service_principal="cloudtrail.amazonaws.com"),
    R("aws_s3_bucket", "logs", bucket="parity-guarded-logs"),
    R("aws_s3_bucket_versioning", "logs", bucket=Ref("aws_s3_bucket.logs", "id"), versioning_configuration=B(status="Enabled", mfa_delete="Enabled")),
    R("aws_cloudtrail", "main", name="guarded", s3_bucket_name=Ref("aws_s3_bucket.logs", "id"), is_multi_region_trail=True, is_organization_trail=True),
]

GUARDED_TRUTH = {
    "organization-trail": {"aws_cloudtrail.main": "pass"},
    "organization-guardrail": {"*": "pass"},
    "delegated-administrators": {"*": "pass"},
    "mfa-delete": {"aws_s3_bucket.logs": "pass"},
    "bucket-versioning": {"aws_s3_bucket.logs": "pass"},
    "lifecycle-retention": {"aws_s3_bucket.logs": "not-applicable"},
    "event-data-store-encryption": {"aws_cloudtrail_event_data_store.main": "pass"},
    "event-data-store-coverage": {"aws_cloudtrail_event_data_store.main": "pass"},
    "event-data-store-protection": {"aws_cloudtrail_event_data_store.main": "pass"},
    "event-data-store-retention": {"aws_cloudtrail_event_data_store.main": "pass"},
    "event-data-store-ingestion": {"aws_cloudtrail_event_data_store.main": "pass"},
    "least-privilege-bucket-policy": {"aws_s3_bucket.logs": "unknown"},
    "log-delivery-policy": {"aws_s3_bucket.logs": "unknown"},
    "secure-transport": {"aws_s3_bucket.logs": "unknown"},
}

UNGUARDED = [
    CALLER,
    R("aws_organizations_organization", "this", aws_service_access_principals=["cloudtrail.amazonaws.com"], enabled_policy_types=["SERVICE_CONTROL_POLICY"], feature_set="ALL"),
    R("aws_organizations_policy", "guard", name="guard", content=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["cloudtrail:StopLogging"], "Resource": "*"}]})),
    R("aws_organizations_policy_attachment", "guard", policy_id=Ref("aws_organizations_policy.guard", "id"), target_id="r-abcd"),
    R("aws_cloudtrail_event_data_store", "main", name="main-store", multi_region_enabled=False, termination_protection_enabled=False, retention_period=90, suspend="true"),
    R("aws_s3_bucket", "logs", bucket="parity-unguarded-logs"),
    R("aws_cloudtrail", "main", name="unguarded", s3_bucket_name=Ref("aws_s3_bucket.logs", "id"), is_multi_region_trail=True),
]

UNGUARDED_TRUTH = {
    "organization-trail": {"aws_cloudtrail.main": "fail"},
    "organization-guardrail": {"*": "fail"},
    "event-data-store-encryption": {"aws_cloudtrail_event_data_store.main": "fail"},
    "event-data-store-coverage": {"aws_cloudtrail_event_data_store.main": "fail"},
    "event-data-store-protection": {"aws_cloudtrail_event_data_store.main": "fail"},
    "event-data-store-retention": {"aws_cloudtrail_event_data_store.main": "fail"},
    "event-data-store-ingestion": {"aws_cloudtrail_event_data_store.main": "fail"},
}

# Trails that share the work: each side of the management events has a trail, and the rest of the quota is used up.
DATA_ONLY = {"is_multi_region_trail": False, "s3_bucket_name": Ref("aws_s3_bucket.data", "id"), "advanced_event_selector": [
    B(name="functions", field_selector=[B(field="eventCategory", equals=["Data"]), B(field="resources.type", equals=["AWS::Lambda::Function"])])]}
MANY = [
    CALLER,
    R("aws_s3_bucket", "reads", bucket="parity-many-reads"),
    R("aws_s3_bucket", "writes", bucket="parity-many-writes"),
    R("aws_s3_bucket", "data", bucket="parity-many-data"),
    R("aws_iam_role", "emergency", name="parity-many-emergency", assume_role_policy=Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}]})),
    R("aws_iam_role_policy_attachment", "emergency", role=Ref("aws_iam_role.emergency", "name"), policy_arn="arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"),
    R("aws_cloudtrail", "reads", _meta={"lifecycle": B(prevent_destroy=True)}, name="reads", s3_bucket_name=Ref("aws_s3_bucket.reads", "id"), is_multi_region_trail=True,
      event_selector=B(read_write_type="ReadOnly", include_management_events=True)),
    R("aws_cloudtrail", "writes", name="writes", s3_bucket_name=Ref("aws_s3_bucket.writes", "id"), is_multi_region_trail=True, tags={"owner": "audit", "stage": "live"},
      event_selector=B(read_write_type="WriteOnly", include_management_events=True)),
    *[R("aws_cloudtrail", f"data_{i}", name=f"data-{i}", s3_key_prefix=f"part-{i}", **DATA_ONLY) for i in (1, 2, 3)],
]

DATA = ["aws_cloudtrail.data_1", "aws_cloudtrail.data_2", "aws_cloudtrail.data_3"]
MANY_TRUTH = {
    "separate-trails": {"aws_s3_bucket.reads": "pass", "aws_s3_bucket.writes": "pass", "aws_s3_bucket.data": "pass"},
    "duplicate-management-events": {"*": "pass"},
    "trail-quota": {"*": "fail"},
    "management-events": {"aws_cloudtrail.reads": "pass", "aws_cloudtrail.writes": "pass", **dict.fromkeys(DATA, "not-applicable")},
    "global-service-events": {"aws_cloudtrail.reads": "pass", "aws_cloudtrail.writes": "pass", **dict.fromkeys(DATA, "pass")},
    "data-events": {"aws_cloudtrail.reads": "not-applicable", **dict.fromkeys(DATA, "pass")},
    "data-event-loop": dict.fromkeys(DATA, "not-applicable"),
    "deletion-protection": {"aws_cloudtrail.reads": "pass", "aws_cloudtrail.writes": "not-applicable", "aws_s3_bucket.reads": "pass"},
    "full-access-usage": {"aws_iam_role_policy_attachment.emergency": "fail"},
    "trail-tags": {"aws_cloudtrail.writes": "not-applicable"},
    "least-privilege-bucket-policy": {"aws_s3_bucket.reads": "unknown"},
    "log-delivery-policy": {"aws_s3_bucket.reads": "unknown"},
    "secure-transport": {"aws_s3_bucket.reads": "unknown"},
}
MANY_STRICT = {
    "trail-tags": {"aws_cloudtrail.writes": "pass", "aws_cloudtrail.reads": "fail"},
    "full-access-usage": {"aws_iam_role_policy_attachment.emergency": "pass"},
}

def weakened(estate):
    """The good estate after a change for the worse: no validation of log files, versions no longer kept, no lock."""
    result = []
    for item in estate:
        changes = {"aws_cloudtrail.main": {"enable_log_file_validation": False}, "aws_s3_bucket_versioning.logs": {"versioning_configuration": B(status="Suspended")}}
        if item.kind == "aws_s3_bucket_object_lock_configuration":
            continue
        changed = R(item.kind, item.name, item.meta, **{**item.arguments, **changes.get(f"{item.kind}.{item.name}", {})})
        changed.mode = item.mode
        result.append(changed)
    return result


EXPECTED = ["expect-trail", "required-tags=owner"]

# Name, resources, runs (options and truth), whether the local endpoint can apply it.
ESTATES = [
    ("good", good(literal("good")), [([], GOOD_TRUTH), (EXPECTED, {"trail-coverage": {"*": "pass"}, "trail-tags": {"aws_cloudtrail.main": "pass"}})], True),
    ("documents", documented(good(referred)), [([], GOOD_TRUTH)], True),
    ("weak", WEAK, [([], WEAK_TRUTH), (EXPECTED, {"trail-coverage": {"*": "fail"}, "trail-tags": {"aws_cloudtrail.main": "fail"}})], True),
    ("broken", BROKEN, [([], BROKEN_TRUTH)], True),
    ("many", MANY, [([], MANY_TRUTH), (["required-tags=owner,stage", "allow=parity-many-emergency"], MANY_STRICT)], True),
    ("guarded", GUARDED, [([], GUARDED_TRUTH)], False),
    ("unguarded", UNGUARDED, [([], UNGUARDED_TRUTH)], False),
]

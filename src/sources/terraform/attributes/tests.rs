//! Attributes as the provider's documentation lists them.

use crate::model::arn::{Part, Shape, Text};
use crate::source_map::{FileId, Span};
use crate::sources::terraform::notation::World;
use crate::sources::value::{Val, ValKind};
use crate::truth::Truth;

/// Type, arguments, and the attributes that follow from them.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

fn at() -> Span {
    Span::new(FileId(7), 3, 9)
}

/// The attributes of the instance `address`, as text.
fn shown(text: &str, address: &str, names: &[&str]) -> Vec<String> {
    let world = World::read(text);
    names.iter().map(|name| show(&world.reference(&format!("{address}.{name}"), at()))).collect()
}

fn show(val: &Val) -> String {
    val.text().map_or_else(|| format!("{:?}", val.kind), |text| text.to_string())
}

#[test]
fn resources_with_a_known_name() {
    let cases: &[Row] = &[
        (
            "aws_s3_bucket",
            r#""bucket": "b""#,
            &[
                ("id", "b"),
                ("bucket", "b"),
                ("arn", "arn:aws:s3:::b"),
                ("bucket_domain_name", "b.s3.amazonaws.com"),
                ("bucket_regional_domain_name", "b.s3.${Region}.amazonaws.com"),
            ],
        ),
        ("aws_s3_bucket_versioning", r#""bucket": "b""#, &[("id", "b"), ("bucket", "b")]),
        ("aws_s3_bucket_policy", r#""bucket": "b""#, &[("id", "b")]),
        (
            "aws_cloudtrail",
            r#""name": "t""#,
            &[
                ("name", "t"),
                ("arn", "arn:aws:cloudtrail:${Region}:${account}:trail/t"),
                ("home_region", "${Region}"),
                ("id", "${aws_cloudtrail.x.id}"),
            ],
        ),
        (
            "aws_cloudwatch_log_group",
            r#""name": "g""#,
            &[("id", "g"), ("arn", "arn:aws:logs:${Region}:${account}:log-group:g")],
        ),
        (
            "aws_sns_topic",
            r#""name": "n""#,
            &[
                ("id", "arn:aws:sns:${Region}:${account}:n"),
                ("arn", "arn:aws:sns:${Region}:${account}:n"),
                ("owner", "${account}"),
            ],
        ),
        (
            "aws_kms_key",
            "",
            &[
                ("id", "${aws_kms_key.x.key_id}"),
                ("key_id", "${aws_kms_key.x.key_id}"),
                ("arn", "arn:aws:kms:${Region}:${account}:key/${aws_kms_key.x.key_id}"),
            ],
        ),
        (
            "aws_kms_alias",
            r#""name": "alias/a", "target_key_id": "1234""#,
            &[
                ("id", "alias/a"),
                ("arn", "arn:aws:kms:${Region}:${account}:alias/a"),
                ("target_key_arn", "arn:aws:kms:${Region}:${account}:key/1234"),
            ],
        ),
        (
            "aws_kms_alias",
            r#""name": "alias/a", "target_key_id": "arn:aws:kms:eu-west-1:111122223333:key/1""#,
            &[("target_key_arn", "arn:aws:kms:eu-west-1:111122223333:key/1")],
        ),
        (
            "aws_iam_role",
            r#""name": "r", "path": "/p/""#,
            &[("id", "r"), ("arn", "arn:aws:iam::${account}:role/p/r"), ("unique_id", "${aws_iam_role.x.unique_id}")],
        ),
        ("aws_iam_user", r#""name": "u""#, &[("id", "u"), ("arn", "arn:aws:iam::${account}:user/u")]),
        ("aws_iam_group", r#""name": "g""#, &[("id", "g"), ("arn", "arn:aws:iam::${account}:group/g")]),
        (
            "aws_iam_policy",
            r#""name": "p""#,
            &[("id", "arn:aws:iam::${account}:policy/p"), ("arn", "arn:aws:iam::${account}:policy/p")],
        ),
        (
            "aws_cloudtrail_event_data_store",
            r#""name": "s""#,
            &[(
                "id",
                "arn:aws:cloudtrail:${Region}:${account}:eventdatastore/${aws_cloudtrail_event_data_store.x.event_data_store}",
            )],
        ),
        // What a plan or a state knows comes first.
        (
            "aws_kms_key",
            r#""key_id": "k", "arn": "arn:aws:kms:eu-west-1:111122223333:key/k", "id": "k""#,
            &[("id", "k"), ("arn", "arn:aws:kms:eu-west-1:111122223333:key/k")],
        ),
        ("aws_cloudtrail", r#""name": "t", "id": "t""#, &[("id", "t")]),
        ("aws_instance", r#""ami": "a""#, &[("ami", "a"), ("private_ip", "${aws_instance.x.private_ip}")]),
    ];
    for (kind, arguments, expected) in cases {
        let text = format!(r#"{{"{kind}.x": {{{arguments}}}}}"#);
        let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = expected.iter().map(|(_, value)| *value).collect();
        assert_eq!(shown(&text, &format!("{kind}.x"), &names), values, "{text}");
    }
}

#[test]
fn data_sources() {
    let cases: &[Row] = &[
        ("aws_caller_identity", "", &[("account_id", "${account}"), ("id", "${account}")]),
        ("aws_caller_identity", r#""account_id": "111122223333""#, &[("account_id", "111122223333")]),
        ("aws_partition", "", &[("partition", "aws"), ("id", "aws"), ("dns_suffix", "amazonaws.com")]),
        ("aws_region", "", &[("name", "${Region}"), ("id", "${Region}"), ("region", "${Region}")]),
        (
            "aws_region",
            r#""region": "eu-west-1""#,
            &[("name", "eu-west-1"), ("endpoint", "ec2.eu-west-1.amazonaws.com")],
        ),
        ("aws_s3_bucket", r#""bucket": "b""#, &[("id", "b"), ("arn", "arn:aws:s3:::b")]),
        (
            "aws_iam_policy",
            r#""name": "AWSCloudTrail_FullAccess""#,
            &[("arn", "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess")],
        ),
        (
            "aws_iam_policy",
            r#""name": "ViewOnlyAccess""#,
            &[("arn", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")],
        ),
        (
            "aws_iam_policy",
            r#""arn": "arn:aws:iam::aws:policy/SecurityAudit""#,
            &[("arn", "arn:aws:iam::aws:policy/SecurityAudit"), ("id", "arn:aws:iam::aws:policy/SecurityAudit")],
        ),
        ("aws_iam_policy", r#""name": "own""#, &[("arn", "${data.aws_iam_policy.x.arn}")]),
        (
            "aws_kms_alias",
            r#""name": "alias/a""#,
            &[
                ("arn", "arn:aws:kms:${Region}:${account}:alias/a"),
                ("target_key_arn", "${data.aws_kms_alias.x.target_key_arn}"),
            ],
        ),
        (
            "aws_cloudtrail_service_account",
            r#""region": "us-east-1""#,
            &[("arn", "arn:aws:iam::086441151436:root"), ("id", "086441151436")],
        ),
        ("aws_elb_service_account", r#""region": "eu-west-1""#, &[("arn", "arn:aws:iam::156460612806:root")]),
        ("aws_elb_service_account", "", &[("arn", "arn:aws:iam::${data.aws_elb_service_account.x.id}:root")]),
        (
            "aws_organizations_organization",
            "",
            &[("master_account_id", "${data.aws_organizations_organization.x.master_account_id}")],
        ),
    ];
    for (kind, arguments, expected) in cases {
        let text = format!(r#"{{"data.{kind}.x": {{{arguments}}}}}"#);
        let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
        let values: Vec<&str> = expected.iter().map(|(_, value)| *value).collect();
        assert_eq!(shown(&text, &format!("data.{kind}.x"), &names), values, "{text}");
    }
}

fn text_of(text: &str, reference: &str) -> Text {
    World::read(text).reference(reference, at()).text().expect("a string")
}

#[test]
fn names_that_are_made_up() {
    let text = r#"{
        "aws_s3_bucket.a": {}, "aws_s3_bucket.b": {"bucket_prefix": "logs-"}, "aws_s3_bucket.c": {"bucket_prefix": "logs-"},
        "aws_iam_role.r": {"name_prefix": "trail-"}, "aws_cloudwatch_log_group.g": {}
    }"#;
    let of = |reference: &str| text_of(text, reference);
    assert_eq!(of("aws_s3_bucket.b.id").to_string(), "logs-${aws_s3_bucket.b.bucket}");
    assert_eq!(of("aws_s3_bucket.b.bucket"), of("aws_s3_bucket.b.id"));
    assert_eq!(of("aws_s3_bucket.b.arn").to_string(), "arn:aws:s3:::logs-${aws_s3_bucket.b.bucket}");
    // Made up names differ, whatever they are, also behind one prefix.
    assert_eq!(of("aws_s3_bucket.b.id").same(&of("aws_s3_bucket.c.id")), Truth::False);
    assert_eq!(of("aws_s3_bucket.a.id").same(&of("aws_s3_bucket.a.bucket")), Truth::True);
    assert_eq!(of("aws_iam_role.r.arn").to_string(), "arn:aws:iam::${account}:role/trail-${aws_iam_role.r.name}");
    let shape = |text: &Text| match text.parts() {
        [Part::Var(var)] => var.shape,
        other => panic!("{other:?}"),
    };
    assert_eq!(shape(&of("aws_cloudwatch_log_group.g.name")), Shape::Generated);
}

#[test]
fn a_name_that_cannot_be_told_is_the_resources_own() {
    let text = r#"{
        "aws_s3_bucket.u": {"bucket": {"unknown": "it is made later"}},
        "aws_s3_bucket.c": {"bucket": {"when A": "a", "when B": "b"}},
        "aws_s3_bucket.v": {"bucket": "${var.name}"}
    }"#;
    let of = |reference: &str| text_of(text, reference);
    for bucket in ["u", "c", "v"] {
        let [id, name, arn] = ["id", "bucket", "arn"].map(|name| of(&format!("aws_s3_bucket.{bucket}.{name}")));
        assert_eq!(id, name);
        assert_eq!(arn, Text::format("arn:aws:s3:::{}", &[&name]));
    }
    assert_ne!(of("aws_s3_bucket.u.id"), of("aws_s3_bucket.c.id"));
    assert_eq!(of("aws_s3_bucket.v.id").to_string(), "${var.name}");
    let why = |reference| of(reference).causes().expect("unknown").to_string();
    assert_eq!(why("aws_s3_bucket.u.id"), "it is made later");
    assert_eq!(why("aws_s3_bucket.c.id"), "'bucket' of 'aws_s3_bucket.c' depends on what cannot be decided");
}

#[test]
fn a_value_stands_where_it_is_referred_to() {
    let text = r#"{"aws_s3_bucket.b": {"bucket": "logs", "tags": {"a": "b"}}}"#;
    let world = World::read(text);
    for name in ["id", "bucket", "arn", "tags"] {
        assert_eq!(world.reference(&format!("aws_s3_bucket.b.{name}"), at()).span, at(), "{name}");
    }
    assert!(matches!(world.reference("aws_s3_bucket.b.tags", at()).kind, ValKind::Map(_)));
}

#[test]
fn the_partition_and_the_aliases_of_a_provider() {
    use crate::sources::terraform::attributes::text;
    let world = World::read(r#"{"aws_s3_bucket.b": {"bucket": "logs"}, "aws_kms_key.k": {"key_id": "k"}}"#);
    let mut instances = world.instances();
    for instance in &mut instances {
        instance.provider.partition = "aws-cn";
        instance.provider.region = "cn-north-1".into();
    }
    assert_eq!(text(&instances[0], "arn", at()).to_string(), "arn:aws-cn:s3:::logs");
    assert_eq!(text(&instances[0], "bucket_domain_name", at()).to_string(), "logs.s3.amazonaws.com.cn");
    assert_eq!(text(&instances[1], "arn", at()).to_string(), "arn:aws-cn:kms:cn-north-1:${account}:key/k");
}

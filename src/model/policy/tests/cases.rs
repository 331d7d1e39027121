use super::*;

const ALICE: &str = "arn:aws:iam::111111111111:user/alice";
const GET: &str = "s3:GetObject";
const KEY: &str = "arn:aws:s3:::b/k";

/// The answer of one condition for a request with `keys`, in an Allow that is otherwise met.
fn condition(operator: &str, key: &str, values: &str, keys: &[(&str, &str)]) -> char {
    let json = format!(
        r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{"{operator}":{{"{key}":{values}}}}}}}"#
    );
    letter(&policy(&json).allows(&request(ALICE, GET, KEY, keys)))
}

#[test]
fn condition_operators() {
    type Row = (&'static str, &'static str, &'static str, &'static str, char);
    // Operator, key, the policy's values, the request's value (`-` absent, `?` free, `a|b` several), answer.
    const ROWS: &[Row] = &[
        ("StringEquals", "k", r#""a""#, "a", 'T'),
        ("StringEquals", "k", r#"["x","a"]"#, "a", 'T'),
        ("StringEquals", "k", r#""A""#, "a", 'F'),
        ("StringEquals", "k", r#""a*""#, "ab", 'F'),
        ("StringEquals", "k", r#""a""#, "-", 'F'),
        ("StringEquals", "k", r#""a""#, "?", '?'),
        ("StringEquals", "K", r#""a""#, "a", 'T'),
        ("StringEquals", "k", "[]", "a", 'F'),
        ("StringNotEquals", "k", r#""a""#, "a", 'F'),
        ("StringNotEquals", "k", r#"["a","b"]"#, "b", 'F'),
        ("StringNotEquals", "k", r#""a""#, "b", 'T'),
        ("StringNotEquals", "k", r#""a""#, "-", 'T'),
        ("StringEqualsIgnoreCase", "k", r#""Ab""#, "aB", 'T'),
        ("StringNotEqualsIgnoreCase", "k", r#""Ab""#, "aB", 'F'),
        ("StringEqualsIfExists", "k", r#""a""#, "-", 'T'),
        ("StringEqualsIfExists", "k", r#""a""#, "b", 'F'),
        ("StringLike", "k", r#""a*c?""#, "abbcd", 'T'),
        ("StringLike", "k", r#""a*c?""#, "abbc", 'F'),
        ("StringLike", "k", r#""A*""#, "ab", 'F'),
        ("StringLike", "k", r#""*""#, "-", 'F'),
        ("StringLike", "k", r#""*""#, "?", '?'),
        ("StringLikeIfExists", "k", r#""*""#, "?", 'T'),
        ("StringNotLike", "k", r#""a*""#, "ab", 'F'),
        ("StringNotLike", "k", r#""a*""#, "-", 'T'),
        (
            "ArnLike",
            "k",
            r#""arn:aws:cloudtrail:*:111111111111:trail/*""#,
            "arn:aws:cloudtrail:x:111111111111:trail/t",
            'T',
        ),
        (
            "ArnEquals",
            "k",
            r#""arn:aws:cloudtrail:*:111111111111:trail/*""#,
            "arn:aws:cloudtrail:x:222222222222:trail/t",
            'F',
        ),
        ("ArnLike", "k", r#""arn:aws:sns:*:1:t""#, "arn:aws:sns:a:b:2:1:t", 'F'),
        ("ArnLike", "k", r#""arn:aws:*""#, "arn:aws:sns:a:2:t", 'T'),
        ("ArnNotLike", "k", r#""arn:aws:iam::1:role/a*""#, "arn:aws:iam::1:role/b", 'T'),
        ("ArnNotEquals", "k", r#""arn:aws:iam::1:role/a""#, "-", 'T'),
        ("Bool", "k", "false", "false", 'T'),
        ("Bool", "k", r#""False""#, "false", 'T'),
        ("Bool", "k", "true", "-", 'F'),
        ("BoolIfExists", "k", "true", "-", 'T'),
        ("Null", "k", r#""true""#, "-", 'T'),
        ("Null", "k", r#""true""#, "a", 'F'),
        ("Null", "k", r#""false""#, "a", 'T'),
        ("Null", "k", "false", "-", 'F'),
        ("Null", "k", "true", "?", '?'),
        ("NumericEquals", "k", "10", "10.0", 'T'),
        ("NumericNotEquals", "k", "10", "11", 'T'),
        ("NumericLessThan", "k", r#""3600""#, "3599", 'T'),
        ("NumericLessThanEquals", "k", "10", "10", 'T'),
        ("NumericGreaterThan", "k", "1.2", "1.2", 'F'),
        ("NumericGreaterThanEquals", "k", "1.2", "1.3", 'T'),
        ("NumericLessThan", "k", "10", "ten", 'F'),
        ("NumericLessThan", "k", "10", "<n>", '?'),
        ("DateLessThan", "k", r#""2026-01-01T00:00:00Z""#, "2025-12-31", 'T'),
        ("DateGreaterThan", "k", r#""2026-01-01""#, "1767225601", 'T'),
        ("DateEquals", "k", r#""2026-01-01T01:00:00+01:00""#, "2026-01-01T00:00Z", 'T'),
        ("DateNotEquals", "k", r#""2026-01-01""#, "2026-01-02", 'T'),
        ("DateLessThanEquals", "k", r#""never""#, "2026-01-02", 'F'),
        ("IpAddress", "k", r#""192.0.2.0/24""#, "192.0.2.9", 'T'),
        ("IpAddress", "k", r#"["10.0.0.0/8","192.0.2.0/24"]"#, "192.0.3.9", 'F'),
        ("IpAddress", "k", r#""0.0.0.0/0""#, "203.0.113.1", 'T'),
        ("IpAddress", "k", r#""2001:db8::/32""#, "2001:db8:1::1", 'T'),
        ("IpAddress", "k", r#""::/0""#, "192.0.2.9", 'F'),
        ("NotIpAddress", "k", r#""192.0.2.0/24""#, "192.0.2.9", 'F'),
        ("NotIpAddress", "k", r#""192.0.2.0/24""#, "-", 'T'),
        ("BinaryEquals", "k", r#""QmluYXJ5""#, "QmluYXJ5", 'T'),
        ("ForAnyValue:StringEquals", "k", r#"["a","b"]"#, "c|b", 'T'),
        ("ForAnyValue:StringEquals", "k", r#""a""#, "b|c", 'F'),
        ("ForAnyValue:StringEquals", "k", r#""a""#, "-", 'F'),
        ("ForAnyValue:StringNotEquals", "k", r#""a""#, "a|b", 'T'),
        ("ForAnyValue:StringNotEquals", "k", r#""a""#, "-", 'F'),
        ("ForAllValues:StringEquals", "k", r#"["a","b"]"#, "a|b", 'T'),
        ("ForAllValues:StringEquals", "k", r#""a""#, "a|b", 'F'),
        ("ForAllValues:StringEquals", "k", r#""a""#, "-", 'T'),
        ("ForAllValues:StringLike", "k", r#""a*""#, "?", '?'),
        ("ForAnyValue:StringLike", "k", r#""o-1/*""#, "o-1/r/x/", 'T'),
        ("foranyvalue:stringlike", "k", r#""o-1/*""#, "o-2/r/x/", 'F'),
        ("StringMatches", "k", r#""a""#, "a", '?'),
        ("ForSomeValues:StringEquals", "k", r#""a""#, "a", '?'),
        ("NullIfExists", "k", "true", "-", '?'),
        ("<op>", "k", r#""a""#, "a", '?'),
        ("StringEquals", "<key>", r#""a""#, "a", '?'),
        ("StringEquals", "k", r#""<p>""#, "a", '?'),
        ("StringEquals", "k", r#""<p>""#, "<p>", 'T'),
        ("StringEquals", "k", r#""x<#account>""#, "y1", 'F'),
        ("StringEquals", "k", r#"["<p>","a"]"#, "a", 'T'),
        ("StringNotEquals", "k", r#"["<p>","a"]"#, "a", 'F'),
        // Policy variables.
        ("StringEquals", "k", r#""${aws:username}""#, "alice", '?'),
        ("StringLike", "k", r#""home/${aws:username}/*""#, "elsewhere/x", 'F'),
        ("StringEquals", "k", r#""a${$}b""#, "a$b", 'T'),
        ("StringEquals", "k", r#""${k:l}""#, "a", 'T'),
        ("StringEquals", "k", r#""${k:missing, 'a'}""#, "a", 'T'),
    ];
    for (operator, key, values, held, answer) in ROWS {
        let found = condition(operator, key, values, &[("k", held), ("k:l", "a")]);
        assert_eq!(found, *answer, "{operator} {values} against {held}");
    }
}

#[test]
fn old_versions_have_no_variables() {
    let json = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}"#;
    let mut document = policy(json);
    let ask = request(ALICE, GET, "arn:aws:s3:::b/alice", &[]);
    assert_eq!(letter(&document.allows(&ask)), '?');
    let known = request(ALICE, GET, "arn:aws:s3:::b/alice", &[("aws:username", "alice")]);
    assert_eq!(letter(&document.allows(&known)), 'T');
    // The value of a variable is never a wildcard.
    let wild = request(ALICE, GET, "arn:aws:s3:::b/alice", &[("aws:username", "*")]);
    assert_eq!(letter(&document.allows(&wild)), '?');
    document.variables = false;
    assert_eq!(letter(&document.allows(&ask)), 'F');
}

#[test]
fn principals_actions_and_resources() {
    // The statement without its effect, who asks, action, resource, answer of an Allow.
    const ROWS: &[(&str, &str, &str, &str, char)] = &[
        (r#""Principal":"*""#, "*", GET, KEY, 'T'),
        (r#""Principal":{"AWS":"*"}"#, "*", GET, KEY, 'T'),
        (r#""Principal":{"*":"*"}"#, ALICE, GET, KEY, 'T'),
        (r#""Principal":{"AWS":["*"]}"#, "cloudtrail.amazonaws.com", GET, KEY, 'T'),
        (r#""Principal":{"AWS":"arn:aws:iam::111111111111:root"}"#, ALICE, GET, KEY, 'T'),
        (r#""Principal":{"AWS":"111111111111"}"#, ALICE, GET, KEY, 'T'),
        (r#""Principal":{"AWS":"arn:aws-cn:iam::111111111111:root"}"#, ALICE, GET, KEY, 'T'),
        (r#""Principal":{"AWS":"arn:aws:iam::222222222222:root"}"#, ALICE, GET, KEY, 'F'),
        (r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#, ALICE, GET, KEY, 'T'),
        (r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/Alice"}"#, ALICE, GET, KEY, 'F'),
        (r#""Principal":{"AWS":"arn:aws:iam::*:root"}"#, ALICE, GET, KEY, 'F'),
        (r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/*"}"#, ALICE, GET, KEY, 'F'),
        (r#""Principal":{"AWS":"<p>"}"#, ALICE, GET, KEY, '?'),
        (r#""Principal":{"AWS":"<#own>"}"#, "arn:aws:iam::<#own>:user/a", GET, KEY, 'T'),
        (r#""Principal":{"AWS":"arn:aws:iam::<#own>:root"}"#, "arn:aws:iam::<#own>:user/a", GET, KEY, 'T'),
        (r#""Principal":{"AWS":"<#own>"}"#, "*", GET, KEY, 'F'),
        (r#""Principal":{"AWS":"<p>"}"#, "*", GET, KEY, '?'),
        (r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#, "cloudtrail.amazonaws.com", GET, KEY, 'T'),
        (r#""Principal":{"Service":["config.amazonaws.com"]}"#, "cloudtrail.amazonaws.com", GET, KEY, 'F'),
        (r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#, ALICE, GET, KEY, 'F'),
        (r#""Principal":{"Federated":"accounts.google.com"}"#, "*", GET, KEY, 'F'),
        (r#""Principal":{"CanonicalUser":"79a59df900b9"}"#, "*", GET, KEY, 'F'),
        (r#""Principal":{"CanonicalUser":"79a59df900b9"}"#, ALICE, GET, KEY, '?'),
        (r#""NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#, ALICE, GET, KEY, 'F'),
        (r#""NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#, "*", GET, KEY, 'T'),
        (r#""Principal":"*","Action":"S3:getobject""#, ALICE, GET, KEY, 'T'),
        (r#""Principal":"*","Action":"s3:Get*""#, ALICE, "s3:getobjectacl", KEY, 'T'),
        (r#""Principal":"*","Action":"s3:?etObject""#, ALICE, GET, KEY, 'T'),
        (r#""Principal":"*","Action":["s3:Put*","*"]"#, ALICE, GET, KEY, 'T'),
        (r#""Principal":"*","Action":"s3:Get<p>""#, ALICE, GET, KEY, '?'),
        (r#""Principal":"*","Action":"s3:Put<p>""#, ALICE, GET, KEY, 'F'),
        (r#""Principal":"*","Action":[]"#, ALICE, GET, KEY, 'F'),
        (r#""Principal":"*","NotAction":"iam:*""#, ALICE, GET, KEY, 'T'),
        (r#""Principal":"*","NotAction":["s3:get*"]"#, ALICE, GET, KEY, 'F'),
        (r#""Principal":"*","NotAction":[]"#, ALICE, GET, KEY, 'T'),
        (r#""Principal":"*","Resource":"arn:aws:s3:::b""#, ALICE, GET, KEY, 'F'),
        (r#""Principal":"*","Resource":"arn:aws:s3:::B/*""#, ALICE, GET, KEY, 'F'),
        (r#""Principal":"*","Resource":"arn:aws:s3:::b/?""#, ALICE, GET, KEY, 'T'),
        (r#""Principal":"*","Resource":"arn:aws:s3:::<@b>/*""#, ALICE, GET, "arn:aws:s3:::<@b>/x", 'T'),
        (r#""Principal":"*","Resource":"arn:aws:s3:::<@b>/*""#, ALICE, GET, KEY, '?'),
        (r#""Principal":"*","Resource":"arn:aws:s3:::<@b>""#, ALICE, GET, KEY, 'F'),
        (r#""Principal":"*","NotResource":"arn:aws:s3:::b/public/*""#, ALICE, GET, KEY, 'T'),
        (r#""Principal":"*","NotResource":"arn:aws:s3:::b/*""#, ALICE, GET, KEY, 'F'),
    ];
    for (parts, who, action, resource, answer) in ROWS {
        let mut json = format!(r#"{{"Effect":"Allow",{parts}"#);
        for (name, default) in [("Action", "*"), ("Resource", "*")] {
            if !json.contains(&format!("{name}\":")) {
                json.push_str(&format!(r#","{name}":"{default}""#));
            }
        }
        json.push('}');
        let found = letter(&policy(&json).allows(&request(who, action, resource, &[])));
        assert_eq!(found, *answer, "{parts} for {who}");
    }
}

#[test]
fn an_identity_policy_holds_for_whoever_has_it() {
    let document = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
    assert_eq!(letter(&document.allows(&request(ALICE, GET, KEY, &[]))), 'T');
}

#[test]
fn deny_wins_and_unknown_parts_matter_only_where_nothing_decides() {
    const ALLOW: &str = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    const DENY: &str = r#"{"Effect":"Deny","Principal":"*","Action":"s3:Get*","Resource":"*"}"#;
    const TLS: &str = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}"#;
    const MAYBE: &str = r#"{"Effect":"?","Principal":"*","Action":"*","Resource":"*"}"#;
    const ELSEWHERE: &str = r#"{"Effect":"?","Principal":"*","Action":"iam:*","Resource":"*"}"#;
    const UNREAD: &str = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Unreadable":1}"#;
    const UNREAD_OTHER: &str = r#"{"Effect":"Deny","Principal":"*","Action":"iam:*","Resource":"*","Unreadable":1}"#;
    const NO_ACTION: &str = r#"{"Effect":"Allow","Principal":"*","Resource":"*"}"#;
    let rows: &[(&[&str], &str, char)] = &[
        (&[], "?", 'F'),
        (&[ALLOW], "?", 'T'),
        (&[DENY], "?", 'F'),
        (&[ALLOW, DENY], "?", 'F'),
        (&[DENY, ALLOW], "?", 'F'),
        (&[ALLOW, TLS], "true", 'T'),
        (&[ALLOW, TLS], "false", 'F'),
        (&[ALLOW, TLS], "?", '?'),
        (&[MAYBE], "?", '?'),
        (&[MAYBE, DENY], "?", 'F'),
        (&[ALLOW, MAYBE], "?", '?'),
        (&[ALLOW, ELSEWHERE], "?", 'T'),
        (&[ALLOW, UNREAD], "?", '?'),
        (&[ALLOW, UNREAD_OTHER], "?", 'T'),
        (&[NO_ACTION], "?", '?'),
        (&[ALLOW, r#""?""#], "?", '?'),
        (&[r#""?""#], "?", '?'),
        (&[DENY, r#""?""#], "?", 'F'),
    ];
    for (statements, tls, answer) in rows {
        let document = policy(&statements.join(","));
        let ask = request(ALICE, GET, KEY, &[("aws:SecureTransport", tls)]);
        assert_eq!(letter(&document.allows(&ask)), *answer, "{statements:?} {tls}");
    }
}

#[test]
fn clauses_answer_without_a_request() {
    let ask = |json: &str| policy(&format!(r#"{{"Effect":"Allow",{json}}}"#)).statements.remove(0);
    let kms = ask(r#""Principal":{"AWS":"*"},"Action":["kms:GenerateDataKey","kms:DescribeKey"],"Resource":"*""#);
    let action = kms.action.as_ref().expect("actions");
    assert_eq!(letter(&kms.names_everyone()), 'T');
    assert_eq!(letter(&kms.takes_action("KMS:describekey")), 'T');
    assert_eq!(letter(&kms.takes_action("kms:Decrypt")), 'F');
    assert_eq!(letter(&action.reaches_beyond(&["kms:GenerateDataKey*", "kms:DescribeKey"])), 'F');
    assert_eq!(letter(&action.reaches_beyond(&["kms:DescribeKey"])), 'T');
    assert_eq!(letter(&action.has_wildcard()), 'F');
    let not = ask(r#""NotPrincipal":{"AWS":"1"},"NotAction":"kms:Decrypt","NotResource":"arn:aws:s3:::b/x/*""#);
    assert_eq!(letter(&not.names_everyone()), 'T');
    assert_eq!(letter(&not.takes_action("kms:Decrypt")), 'F');
    assert_eq!(letter(&not.action.as_ref().expect("actions").reaches_beyond(&["*"])), 'T');
    assert_eq!(letter(&not.touches_resource(&text("arn:aws:s3:::b/*"))), 'T');
    assert_eq!(letter(&not.covers_resource(&text("arn:aws:s3:::b/*"))), 'F');
    assert_eq!(letter(&not.touches_resource(&text("arn:aws:s3:::b/x/y"))), 'F');
    assert_eq!(letter(&not.covers_resource(&text("arn:aws:s3:::b/y"))), 'T');
}

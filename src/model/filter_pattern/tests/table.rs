//! Cases: a pattern and an event, or filters and a pattern that they shall cover, each with the page of AWS's
//! documentation that says so.

use super::*;

/// The pages, by the last part of their address: CloudWatch Logs, CloudTrail and Security Hub user guides.
mod page {
    pub(super) const SYNTAX: &str = "FilterAndPatternSyntax";
    pub(super) const METRIC: &str = "FilterAndPatternSyntaxForMetricFilters";
    pub(super) const JSON: &str = "matching-terms-json-log-events";
    pub(super) const ALARMS: &str = "cloudwatch-alarms-for-cloudtrail";
    pub(super) const BENCHMARK: &str = "cloudwatch-controls";
    pub(super) const ALL: [&str; 5] = [SYNTAX, METRIC, JSON, ALARMS, BENCHMARK];
}
use page::*;

/// `(page, pattern, event, answer)`: `y` matched, `n` not matched, `?` where AWS does not say.
const SINGLE: &[(&str, &str, &str, char)] = &[
    // Selectors.
    (JSON, "{ $.eventName = StopLogging }", r#"{"eventName": "StopLogging"}"#, 'y'),
    (JSON, "{ $.eventName = StopLogging }", r#"{"eventName": "StartLogging"}"#, 'n'),
    (JSON, "{ $.userIdentity.type = Root }", r#"{"userIdentity": {"type": "Root"}}"#, 'y'),
    (JSON, "{ $.type = Root }", r#"{"userIdentity": {"type": "Root"}}"#, 'n'),
    (JSON, "{ $.resources[0].type = \"AWS::S3::Object\" }", r#"{"resources": [{"type": "AWS::S3::Object"}]}"#, 'y'),
    (JSON, "{ $.resources[1].type = \"AWS::S3::Object\" }", r#"{"resources": [{"type": "AWS::S3::Object"}]}"#, 'n'),
    (JSON, "{ $.grid[1][0] = 7 }", r#"{"grid": [[1, 2], [7, 8]]}"#, 'y'),
    (JSON, "{ $.grid[0][1] = 7 }", r#"{"grid": [[1, 2], [7, 8]]}"#, 'n'),
    (JSON, "{ $['user']['name'] = alice }", r#"{"user": {"name": "alice"}}"#, 'y'),
    // Strings: whole, and case matters.
    (JSON, "{ $.eventName = \"CreateRoute\" }", r#"{"eventName": "CreateRouteTable"}"#, 'n'),
    (JSON, "{ $.eventName = createroute }", r#"{"eventName": "CreateRoute"}"#, 'n'),
    (JSON, "{ $.EventName = CreateRoute }", r#"{"eventName": "CreateRoute"}"#, 'n'),
    (JSON, "{ $.errorMessage = \"Failed authentication\" }", r#"{"errorMessage": "Failed authentication"}"#, 'y'),
    (JSON, "{ $.message = \"say \\\"hi\\\"\" }", r#"{"message": "say \"hi\""}"#, 'y'),
    (JSON, "{ $.message = \"\" }", r#"{"message": ""}"#, 'y'),
    (JSON, "{ $.eventSource = kms.amazonaws.com }", r#"{"eventSource": "kms.amazonaws.com"}"#, 'y'),
    // Wildcards, quoted or not, at either end or in the middle.
    (JSON, "{ $.eventName = Delete* }", r#"{"eventName": "DeleteTrail"}"#, 'y'),
    (JSON, "{ $.eventName = \"*Trail\" }", r#"{"eventName": "DeleteTrail"}"#, 'y'),
    (JSON, "{ $.eventName = Delete*Policy }", r#"{"eventName": "DeleteRolePolicy"}"#, 'y'),
    (JSON, "{ $.eventName = Delete*Policy }", r#"{"eventName": "DeleteRole"}"#, 'n'),
    (JSON, "{ $.eventName = * }", r#"{"eventName": "X"}"#, 'y'),
    (JSON, "{ $.eventName = * }", r#"{}"#, 'n'),
    (JSON, "{ $.sourceIPAddress = 10.1.* }", r#"{"sourceIPAddress": "10.1.2.3"}"#, 'y'),
    (JSON, "{ $.sourceIPAddress != 10.1.* }", r#"{"sourceIPAddress": "10.1.2.3"}"#, 'n'),
    (JSON, "{ $.sourceIPAddress != 10.1.* }", r#"{"sourceIPAddress": "10.2.2.3"}"#, 'y'),
    (
        BENCHMARK,
        "{ $.errorCode = \"*UnauthorizedOperation\" }",
        r#"{"errorCode": "Client.UnauthorizedOperation"}"#,
        'y',
    ),
    (BENCHMARK, "{ $.errorCode = \"AccessDenied*\" }", r#"{"errorCode": "AccessDeniedException"}"#, 'y'),
    // Inequality. Of a field that is not there, the page says nothing.
    (JSON, "{ $.additionalEventData.MFAUsed != \"Yes\" }", r#"{"additionalEventData": {"MFAUsed": "No"}}"#, 'y'),
    (JSON, "{ $.additionalEventData.MFAUsed != \"Yes\" }", r#"{"additionalEventData": {"MFAUsed": "Yes"}}"#, 'n'),
    (JSON, "{ $.additionalEventData.MFAUsed != \"Yes\" }", r#"{}"#, '?'),
    // Numbers.
    (JSON, "{ $.latency = 400 }", r#"{"latency": 400}"#, 'y'),
    (JSON, "{ $.latency = 400 }", r#"{"latency": 400.5}"#, 'n'),
    (JSON, "{ $.latency != 400 }", r#"{"latency": 401}"#, 'y'),
    (JSON, "{ $.latency < 50 }", r#"{"latency": 49.9}"#, 'y'),
    (JSON, "{ $.latency < 50 }", r#"{"latency": 50}"#, 'n'),
    (JSON, "{ $.latency <= 50 }", r#"{"latency": 50}"#, 'y'),
    (JSON, "{ $.latency > -1 }", r#"{"latency": 0}"#, 'y'),
    (JSON, "{ $.latency >= 60 }", r#"{"latency": 59}"#, 'n'),
    (JSON, "{ $.latency = 1e-3 }", r#"{"latency": 0.001}"#, 'y'),
    (JSON, "{ $.latency = 1e+3 }", r#"{"latency": 1000}"#, 'y'),
    (JSON, "{ $.latency > 5 }", r#"{}"#, 'n'),
    (JSON, "{ $.latency > 5 }", r#"{"latency": "fast"}"#, 'n'),
    // Whether `5` and `"5"` are the same is not said.
    (JSON, "{ $.code = 5 }", r#"{"code": "5"}"#, '?'),
    (JSON, "{ $.code = \"5\" }", r#"{"code": 5}"#, '?'),
    // What is there, and what is null, true or false.
    (JSON, "{ $.userIdentity.invokedBy NOT EXISTS }", r#"{"userIdentity": {"type": "Root"}}"#, 'y'),
    (JSON, "{ $.userIdentity.invokedBy NOT EXISTS }", r#"{"userIdentity": {"invokedBy": "x"}}"#, 'n'),
    (JSON, "{ $.userIdentity.invokedBy NOT EXISTS }", r#"{"userIdentity": {"invokedBy": null}}"#, 'n'),
    (JSON, "{ $.userIdentity EXISTS }", r#"{"userIdentity": {}}"#, 'y'),
    (JSON, "{ $.userIdentity EXISTS }", r#"{}"#, 'n'),
    (JSON, "{ $.responseElements IS NULL }", r#"{"responseElements": null}"#, 'y'),
    (JSON, "{ $.responseElements IS NULL }", r#"{}"#, 'n'),
    (JSON, "{ $.readOnly IS TRUE }", r#"{"readOnly": true}"#, 'y'),
    (JSON, "{ $.readOnly IS TRUE }", r#"{"readOnly": false}"#, 'n'),
    (JSON, "{ $.readOnly IS TRUE }", r#"{"readOnly": "true"}"#, 'n'),
    (JSON, "{ $.readOnly IS FALSE }", r#"{"readOnly": false}"#, 'y'),
    (JSON, "{ $.readOnly = true }", r#"{"readOnly": true}"#, '?'),
    // `&&` binds tighter than `||`; parentheses come first.
    (JSON, "{ $.a = x || $.b = x && $.c = x }", r#"{"a": "x"}"#, 'y'),
    (JSON, "{ ($.a = x || $.b = x) && $.c = x }", r#"{"a": "x"}"#, 'n'),
    (JSON, "{ $.a = x && $.b = x || $.c = x }", r#"{"c": "x"}"#, 'y'),
    (JSON, "{ $.a = x && ($.b = x || $.c = x) }", r#"{"c": "x"}"#, 'n'),
    (JSON, "{ (($.a = x)) && (($.b = y)) }", r#"{"a": "x", "b": "y"}"#, 'y'),
    (METRIC, "{ $.a = x && $.b = y }", r#"{"a": "x", "b": "z"}"#, 'n'),
    (METRIC, "", r#"{"a": "x"}"#, 'y'),
    // Regular expressions: anywhere in the string unless anchored.
    (SYNTAX, "{ $.eventName = %Trail% }", r#"{"eventName": "DeleteTrail2"}"#, 'y'),
    (SYNTAX, "{ $.eventName = %^Trail% }", r#"{"eventName": "DeleteTrail"}"#, 'n'),
    (SYNTAX, "{ $.eventName = %Trail$% }", r#"{"eventName": "DeleteTrail"}"#, 'y'),
    (SYNTAX, "{ $.eventName = %colou?r% }", r#"{"eventName": "the color"}"#, 'y'),
    (SYNTAX, "{ $.eventName = %Start|Stop% }", r#"{"eventName": "StopLogging"}"#, 'y'),
    (SYNTAX, "{ $.eventName = %^[CD]e% }", r#"{"eventName": "DeleteTrail"}"#, 'y'),
    (SYNTAX, "{ $.eventName = %^[^CD]e% }", r#"{"eventName": "DeleteTrail"}"#, 'n'),
    (SYNTAX, "{ $.sourceIPAddress = %10\\.0\\.0\\.1% }", r#"{"sourceIPAddress": "10a0b0c1"}"#, 'n'),
    (SYNTAX, "{ $.code = %^\\d+$% }", r#"{"code": "4711"}"#, 'y'),
    (SYNTAX, "{ $.code = %^\\w+\\s\\w+$% }", r#"{"code": "two words"}"#, 'y'),
    (SYNTAX, "{ $.code != %^\\D% }", r#"{"code": "x1"}"#, 'n'),
    (SYNTAX, "{ $.code = %^a.c*$% }", r#"{"code": "abccc"}"#, 'y'),
    (SYNTAX, "{ $.code = %^\\d{3}$% }", r#"{"code": "404"}"#, 'y'),
    (SYNTAX, "{ $.code = %^\\d{3}$% }", r#"{"code": "4040"}"#, 'n'),
    (SYNTAX, "{ $.code = %^a{2,}b{1,2}$% }", r#"{"code": "aaabb"}"#, 'y'),
    (SYNTAX, "{ $.code = %^a{2,}b{1,2}$% }", r#"{"code": "abb"}"#, 'n'),
    (SYNTAX, "{ $.code = %^a{2,}b{1,2}$% }", r#"{"code": "aabbb"}"#, 'n'),
    (SYNTAX, "{ $.code = %^a{9999}$% }", r#"{"code": "a"}"#, '?'),
    (SYNTAX, "{ $.code = %^a{2,1}$% }", r#"{"code": "a"}"#, '?'),
    // Groups are not in the syntax: nobody can say.
    (SYNTAX, "{ $.code = %(ab)+% }", r#"{"code": "abab"}"#, '?'),
    // The filters of the benchmark.
    (BENCHMARK, "@root_usage", r#"{"userIdentity": {"type": "Root"}, "eventType": "AwsApiCall"}"#, 'y'),
    (BENCHMARK, "@root_usage", r#"{"userIdentity": {"type": "Root"}, "eventType": "AwsServiceEvent"}"#, 'n'),
    (
        BENCHMARK,
        "@root_usage",
        r#"{"userIdentity": {"type": "Root", "invokedBy": "s3.amazonaws.com"}, "eventType": "AwsApiCall"}"#,
        'n',
    ),
    (BENCHMARK, "@cloudtrail_config_changes", r#"{"eventName": "StopLogging"}"#, 'y'),
    (
        BENCHMARK,
        "@kms_cmk_disable_or_delete",
        r#"{"eventSource": "kms.amazonaws.com", "eventName": "DisableKey"}"#,
        'y',
    ),
    (BENCHMARK, "@kms_cmk_disable_or_delete", r#"{"eventName": "DisableKey"}"#, 'n'),
    (ALARMS, "@security_group_changes", r#"{"eventName": "AuthorizeSecurityGroupIngress"}"#, 'y'),
    (
        ALARMS,
        "@console_auth_failures",
        r#"{"eventName": "ConsoleLogin", "errorMessage": "Failed authentication"}"#,
        'y',
    ),
];

/// `(page, filters, the pattern they shall cover, answer)`: `y` covered, `n` an event is missed, `?` unknown.
const COVER: &[(&str, &[&str], &str, char)] = &[
    (METRIC, &[""], "{ $.a = b }", 'y'),
    (METRIC, &[], "{ $.a = b }", 'n'),
    (METRIC, &["{ $.a = b }"], "", 'n'),
    // A name that begins another.
    (JSON, &["{ $.a = CreateRoute }"], "{ $.a = CreateRouteTable }", 'n'),
    (JSON, &["{ $.a = CreateRouteTable }"], "{ $.a = CreateRoute }", 'n'),
    (JSON, &["{ $.a = CreateRoute* }"], "{ $.a = CreateRoute || $.a = CreateRouteTable }", 'y'),
    (SYNTAX, &["{ $.a = %CreateRoute% }"], "{ $.a = CreateRoute || $.a = CreateRouteTable }", 'y'),
    (SYNTAX, &["{ $.a = %^CreateRoute$% }"], "{ $.a = CreateRouteTable }", 'n'),
    // Fewer conditions are wider, more are narrower.
    (JSON, &["{ $.a = b }"], "{ $.a = b && $.c = d }", 'y'),
    (JSON, &["{ $.a = b && $.c = d }"], "{ $.a = b }", 'n'),
    (JSON, &["{ $.a = b && $.c = d }", "{ $.a = b && $.c != d }"], "{ $.a = b }", '?'),
    (JSON, &["{ $.a = b && $.c = d }", "{ $.a = b && ($.c != d || $.c NOT EXISTS) }"], "{ $.a = b }", '?'),
    (JSON, &["{ $.a = b && $.c EXISTS }", "{ $.a = b && $.c NOT EXISTS }"], "{ $.a = b }", 'y'),
    (METRIC, &["{ $.a = b }", "{ $.a = c }"], "{ $.a = b || $.a = c }", 'y'),
    (METRIC, &["{ $.a = b }"], "{ $.a = b || $.a = c }", 'n'),
    (JSON, &["{ $.a != \"Yes\" }"], "{ $.a = No }", 'y'),
    (JSON, &["{ $.a = \"No\" }"], "{ $.a != Yes }", 'n'),
    (JSON, &["{ $.a != \"Yes\" }"], "{ $.a != Yes }", 'y'),
    (JSON, &["{ $.a != \"Yes\" }"], "{ $.a NOT EXISTS }", '?'),
    (JSON, &["{ $.a NOT EXISTS || $.a != Yes }"], "{ $.a != Yes }", 'y'),
    (JSON, &["{ $.a NOT EXISTS }"], "{ $.a != Yes }", 'n'),
    (JSON, &["{ $.a = * }"], "{ $.a = b }", 'y'),
    (JSON, &["{ $.a = B }"], "{ $.a = b }", 'n'),
    (JSON, &["{ $.a = *Operation }"], "{ $.a = *UnauthorizedOperation }", 'y'),
    (JSON, &["{ $.a = UnauthorizedOperation }"], "{ $.a = *UnauthorizedOperation }", 'n'),
    (JSON, &["{ $.a = AccessDenied }"], "{ $.a = AccessDenied* }", 'n'),
    (JSON, &["{ $.a IS NULL }"], "{ $.a NOT EXISTS }", 'n'),
    // Null is no text under the readings that compare 1 and "1" as different, and the number is 1 under the others.
    (JSON, &["{ $.a = * && $.n != 1 }"], "{ $.a IS NULL && $.n = \"1\" }", 'n'),
    (JSON, &["{ $.a = * && $.n != 1 }"], "{ $.a = * && $.n = \"1\" }", '?'),
    (JSON, &["{ $.a IS TRUE }", "{ $.a IS FALSE }"], "{ $.a IS TRUE || $.a IS FALSE }", 'y'),
    (JSON, &["{ $.a IS FALSE }"], "{ $.a IS TRUE }", 'n'),
    (JSON, &["{ $.a = true }"], "{ $.a IS TRUE }", '?'),
    // Numbers and strings.
    (JSON, &["{ $.a = 5 }"], "{ $.a = \"5\" }", '?'),
    (JSON, &["{ $.a > 4 }"], "{ $.a >= 5 }", 'y'),
    (JSON, &["{ $.a > 5 }"], "{ $.a >= 5 }", 'n'),
    (JSON, &["{ $.a < 5 || $.a > 3 }"], "{ $.a = 4 }", 'y'),
    (JSON, &["{ $.a < 5 }", "{ $.a >= 5 }"], "{ $.a = 3 || $.a = 5 || $.a = 7 }", 'y'),
    // Fields inside one another.
    (JSON, &["{ $.a NOT EXISTS }"], "{ $.a.b NOT EXISTS }", 'n'),
    (JSON, &["{ $.a EXISTS }"], "{ $.a.b = x }", 'y'),
    (JSON, &["{ $.a = x }"], "{ $.a = x && $.a.b = x }", 'y'),
    // What cannot be evaluated is equal to itself only.
    (SYNTAX, &["{ $.a = %(b)% }"], "{ $.a = b }", '?'),
    (SYNTAX, &["{ $.a = %(b)% }"], "{ $.a = %(b)% }", 'y'),
    (SYNTAX, &["{ $.a = %(b)% }", "{ $.a != %(b)% }"], "{ $.c = d }", 'y'),
    (JSON, &["{ $.l[*].n = x }"], "{ $.l[*].n = x }", 'y'),
    (JSON, &["{ $.l[*].n = x }"], "{ $.l[0].n = x }", '?'),
    (SYNTAX, &["{ $.a = %[A-Z]reate[A-Z].*% }"], "{ $.a = CreateRoute }", 'y'),
    (SYNTAX, &["{ $.a = %^[A-Z]reate$% }"], "{ $.a = CreateRoute }", 'n'),
    (JSON, &["{ $.a = \"x\" && $.a = \"y\" }"], "{ $.a = x }", 'n'),
    (JSON, &["{ $.b = x }"], "{ $.a = x && $.a = y }", 'y'),
    // The benchmark: itself, in another order and spelling.
    (BENCHMARK, &["@cloudtrail_config_changes"], "@cloudtrail_config_changes", 'y'),
    (
        BENCHMARK,
        &["{$.eventName=\"StopLogging\"||($.eventName=StartLogging)||$.eventName = %^(Create|Update|Delete)Trail$%}"],
        "@cloudtrail_config_changes",
        '?',
    ),
    (
        BENCHMARK,
        &[
            "{$.eventName=\"StopLogging\"||($.eventName=StartLogging)||$.eventName = %^CreateTrail$|^UpdateTrail$|^DeleteTrail$%}",
        ],
        "@cloudtrail_config_changes",
        'y',
    ),
    (
        BENCHMARK,
        &[
            "{ ($.eventName = DisableKey && $.eventSource = kms.amazonaws.com) || (($.eventSource = \"kms.amazonaws.com\") && $.eventName = ScheduleKeyDeletion) }",
        ],
        "@kms_cmk_disable_or_delete",
        'y',
    ),
    (
        BENCHMARK,
        &[
            "{ $.eventType != AwsServiceEvent && $.userIdentity.invokedBy NOT EXISTS && $.userIdentity.type = \"Root\" }",
        ],
        "@root_usage",
        'y',
    ),
    // Wider: fewer conditions, or a wildcard over more names.
    (BENCHMARK, &["{ $.userIdentity.type = Root }"], "@root_usage", 'y'),
    (BENCHMARK, &["{ $.eventName = *Trail || $.eventName = *Logging }"], "@cloudtrail_config_changes", 'y'),
    (BENCHMARK, &["{ $.eventName = \"*SecurityGroup*\" }"], "@security_group_changes", 'y'),
    (
        BENCHMARK,
        &["{ $.eventName = DisableKey || $.eventName = ScheduleKeyDeletion }"],
        "@kms_cmk_disable_or_delete",
        'y',
    ),
    // Narrower: a name left out, a star left out, a condition more, the wrong one of two names.
    (BENCHMARK, &["{ $.eventName = StopLogging || $.eventName = DeleteTrail }"], "@cloudtrail_config_changes", 'n'),
    (
        BENCHMARK,
        &["{ $.errorCode = UnauthorizedOperation || $.errorCode = \"AccessDenied*\" }"],
        "@unauthorized_api_calls",
        'n',
    ),
    (BENCHMARK, &["{ $.userIdentity.type = Root && $.eventType = AwsApiCall }"], "@root_usage", 'n'),
    (
        BENCHMARK,
        &["{ $.eventName = ConsoleLogin && $.additionalEventData.MFAUsed = No }"],
        "@console_signin_without_mfa",
        'n',
    ),
    (BENCHMARK, &["@route_table_changes"], "@network_gateway_changes", 'n'),
    (
        BENCHMARK,
        &["{ $.eventSource = \"kms.amazonaws.com\" && $.eventName = DisableKey }"],
        "@kms_cmk_disable_or_delete",
        'n',
    ),
    // Several alarmed filters of one log group together.
    (
        ALARMS,
        &["{ $.eventName = *NetworkAcl }", "{ $.eventName = *NetworkAclEntry || $.eventName = ReplaceNetworkAcl* }"],
        "@nacl_changes",
        'y',
    ),
    (ALARMS, &["{ $.eventName = *NetworkAcl }", "{ $.eventName = *NetworkAclEntry }"], "@nacl_changes", 'n'),
    (
        ALARMS,
        &["{ $.errorCode = *UnauthorizedOperation }", "{ $.errorCode = AccessDenied* }"],
        "@unauthorized_api_calls",
        'y',
    ),
];

/// A pattern, or with `@` the benchmark's of that id.
fn pattern(text: &str) -> Expr {
    match text.strip_prefix('@') {
        Some(id) => filters().iter().find(|filter| filter.id == id).expect("an id of the table").pattern.clone(),
        None => read(text),
    }
}

/// The fields of an event, as selectors reach them.
fn fields(path: &str, value: &serde_json::Value, found: &mut Vec<(String, Json)>) {
    use serde_json::Value;
    let scalar = match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => Json::Number(number.as_f64().expect("a number")),
        Value::String(text) => Json::String(text.clone()),
        Value::Object(items) => {
            for (name, value) in items {
                fields(&if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, value, found);
            }
            Json::Nested
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                fields(&format!("{path}[{i}]"), value, found);
            }
            Json::Nested
        }
    };
    if !path.is_empty() {
        found.push((path.to_owned(), scalar));
    }
}

#[test]
fn every_event_is_matched_or_not() {
    let wrong: Vec<String> = SINGLE
        .iter()
        .filter_map(|(page, text, event, wanted)| {
            let mut found = Vec::new();
            fields("", &serde_json::from_str(event).expect("JSON"), &mut found);
            let expr = pattern(text);
            let answers: Vec<_> = Reading::all().map(|reading| expr.matches(&found, reading)).collect();
            let seen = match answers[0] {
                Some(first) if answers.iter().all(|answer| *answer == Some(first)) => {
                    if first {
                        'y'
                    } else {
                        'n'
                    }
                }
                _ => '?',
            };
            (seen != *wanted).then(|| format!("{page}: {text} and {event}: {seen}, not {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_pattern_is_covered_or_not() {
    let wrong: Vec<String> = COVER
        .iter()
        .filter_map(|(page, given, required, wanted)| {
            let given_exprs: Vec<_> = given.iter().map(|text| pattern(text)).collect();
            let seen = verified(&given_exprs, &pattern(required));
            (seen != *wanted).then(|| format!("{page}: {given:?} for {required}: {seen}, not {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_case_names_a_page_and_there_are_enough() {
    let pages: Vec<&str> = SINGLE.iter().map(|row| row.0).chain(COVER.iter().map(|row| row.0)).collect();
    assert!(pages.len() >= 80, "only {}", pages.len());
    for page in &pages {
        assert!(page::ALL.contains(page), "'{page}' is no page");
    }
    for page in page::ALL {
        assert!(pages.contains(&page), "no case is from '{page}'");
    }
}

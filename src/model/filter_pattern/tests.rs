use proptest::prelude::*;

use super::cis::filters;
use super::*;
use crate::truth::Truth;

fn read(text: &str) -> Expr {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// `y` covered, `n` not covered (and the missed event is verified), `?` unknown.
fn compared(given: &[&str], required: &str) -> char {
    let given: Vec<_> = given.iter().map(|text| read(text)).collect();
    let required = read(required);
    verified(&given, &required)
}

fn verified(given: &[Expr], required: &Expr) -> char {
    let coverage = compare(&given.iter().collect::<Vec<_>>(), required);
    match (coverage.covered, coverage.missed) {
        (Truth::True, None) => 'y',
        (Truth::Unknown(_), None) => '?',
        (Truth::False, Some(event)) => {
            for reading in Reading::all() {
                assert_eq!(required.matches(&event, reading), Some(true), "{event:?}");
                for filter in given {
                    assert_eq!(filter.matches(&event, reading), Some(false), "{event:?}");
                }
            }
            'n'
        }
        odd => panic!("{odd:?}"),
    }
}

#[test]
fn a_missed_event_tells_only_what_matters() {
    let required = read("{ $.errorCode = \"*UnauthorizedOperation\" || $.errorCode = \"AccessDenied*\" }");
    let filters = [
        read("{ $.errorCode = \"AccessDenied*\" }"),
        read("{ $.eventName = ConsoleLogin && $.additionalEventData.MFAUsed != Yes }"),
        read("{ $.userIdentity.type = Root && $.userIdentity.invokedBy NOT EXISTS && $.eventType != AwsServiceEvent }"),
    ];
    let filters: Vec<_> = filters.iter().collect();
    let missed = compare(&filters, &required).missed.expect("the other code is missed");
    assert!(missed.len() > 1, "{missed:?}");
    let lean = lean(missed, &filters, &required);
    let fields: Vec<_> = lean.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["errorCode"]);
}

#[test]
fn what_is_read_and_what_is_not() {
    let good = [
        "",
        "  \n ",
        "{ $.a = b }",
        "{$.a=b}",
        "{ $.a.b[0].c = \"x y\" }",
        "{ ($.a = 1) && ($.b >= 2.5) || ($.c != -3) }",
        "{ $.a IS NULL }",
        "{ $.a IS TRUE && $.b IS FALSE }",
        "{ $.a NOT EXISTS || $.b EXISTS }",
        "{\n\t( ( $.a = \"*\" ) )\r\n}",
        "{ $.a = %^Create|Delete$% }",
        "{ $.a = \"say \\\"hi\\\" \\\\\" }",
        "{ $.sourceIPAddress != 123.123.* }",
        "{ $['a'][\"b\"] = x }",
        "{ $.eventSource = kms.amazonaws.com }",
        "{ $.list[*].name = x }",
    ];
    for text in good {
        read(text);
    }
    let bad = [
        ("ERROR", 0),
        ("[a, b]", 0),
        ("{", 1),
        ("{}", 1),
        ("{ $.a = }", 8),
        ("{ $.a }", 6),
        ("{ a = b }", 2),
        ("{ $.a = b", 9),
        ("{ ($.a = b }", 11),
        ("{ $.a = b } x", 12),
        ("{ $.a = b && }", 13),
        ("{ $.a = \"b }", 12),
        ("{ $.a > b }", 8),
        ("{ $.a = b | $.c = d }", 10),
        ("{ $.a IS MAYBE }", 9),
        ("{ $.a = \"\\d\" }", 10),
        ("{ $.a NOT NULL }", 10),
        ("{ $. = b }", 4),
        ("{ $.a[x] = b }", 6),
        ("{ $.a = %b }", 12),
    ];
    for (text, at) in bad {
        assert_eq!(parse(text).map_err(|error| error.at), Err(at), "{text}");
    }
    assert!(parse(&format!("{{{}$.a = b{}}}", "(".repeat(5000), ")".repeat(5000))).is_err());
}

#[test]
fn spelling_makes_no_difference() {
    let same = [
        ("{ $.a = b }", "{($.a=\"b\")}"),
        ("{ $.a.b = c }", "{ $[\"a\"]['b'] = c }"),
        ("{ $.a[0] = c }", "{ $.a[00] = c }"),
        ("{ $.a = 1 }", "{ $.a = 1.0 }"),
        ("{ $.a = b && $.c = d || $.e = f }", "{ ($.e = f) || (($.c = d) && ($.a = b)) }"),
        ("{ $.a = b && ($.c = d || $.e = f) }", "{ ($.a = b && $.e = f) || ($.a = b && $.c = d) }"),
        ("{ $.a not exists }", "{ $.a NOT  EXISTS }"),
        ("{ $.a = b || $.a = c }", "{ $.a = %^b$|^c$% }"),
        ("{ $.a = *b* }", "{ $.a = %b% }"),
        ("{ $.a = \"b*\" }", "{ $.a = %^b.*% }"),
        ("{ $.a = b }", "{ $.a = b || ($.a = b && $.c = d) }"),
        ("{ $.a = %[b-d]x% }", "{ $.a = %[bcd]x% }"),
        ("{ $.a = %^bc+d$% }", "{ $.a = %^bcc*d$% }"),
        ("{ $.a > 5 || $.a = 5 }", "{ $.a >= 5 }"),
    ];
    for (a, b) in same {
        assert_eq!(compared(&[a], b), 'y', "{a} covers {b}");
        assert_eq!(compared(&[b], a), 'y', "{b} covers {a}");
    }
}

#[test]
fn wider_and_narrower() {
    let cases: &[(&[&str], &str, char)] = &[
        (&[""], "{ $.a = b }", 'y'),
        (&[], "{ $.a = b }", 'n'),
        (&["{ $.a = b }"], "", 'n'),
        (&["{ $.a = CreateRoute }"], "{ $.a = CreateRouteTable }", 'n'),
        (&["{ $.a = CreateRouteTable }"], "{ $.a = CreateRoute }", 'n'),
        (&["{ $.a = CreateRoute* }"], "{ $.a = CreateRoute || $.a = CreateRouteTable }", 'y'),
        (&["{ $.a = %CreateRoute% }"], "{ $.a = CreateRoute || $.a = CreateRouteTable }", 'y'),
        (&["{ $.a = %^CreateRoute$% }"], "{ $.a = CreateRouteTable }", 'n'),
        (&["{ $.a = b }"], "{ $.a = b && $.c = d }", 'y'),
        (&["{ $.a = b && $.c = d }"], "{ $.a = b }", 'n'),
        (&["{ $.a = b && $.c = d }", "{ $.a = b && $.c != d }"], "{ $.a = b }", '?'),
        (&["{ $.a = b && $.c = d }", "{ $.a = b && ($.c != d || $.c NOT EXISTS) }"], "{ $.a = b }", '?'),
        (&["{ $.a = b && $.c EXISTS }", "{ $.a = b && $.c NOT EXISTS }"], "{ $.a = b }", 'y'),
        (&["{ $.a = b }", "{ $.a = c }"], "{ $.a = b || $.a = c }", 'y'),
        (&["{ $.a = b }"], "{ $.a = b || $.a = c }", 'n'),
        (&["{ $.a != \"Yes\" }"], "{ $.a = No }", 'y'),
        (&["{ $.a = \"No\" }"], "{ $.a != Yes }", 'n'),
        (&["{ $.a != \"Yes\" }"], "{ $.a != Yes }", 'y'),
        (&["{ $.a != \"Yes\" }"], "{ $.a NOT EXISTS }", '?'),
        (&["{ $.a NOT EXISTS || $.a != Yes }"], "{ $.a != Yes }", 'y'),
        (&["{ $.a NOT EXISTS }"], "{ $.a != Yes }", 'n'),
        (&["{ $.a = * }"], "{ $.a = b }", 'y'),
        (&["{ $.a = B }"], "{ $.a = b }", 'n'),
        (&["{ $.a = *Operation }"], "{ $.a = *UnauthorizedOperation }", 'y'),
        (&["{ $.a = UnauthorizedOperation }"], "{ $.a = *UnauthorizedOperation }", 'n'),
        (&["{ $.a = AccessDenied }"], "{ $.a = AccessDenied* }", 'n'),
        (&["{ $.a IS NULL }"], "{ $.a NOT EXISTS }", 'n'),
        (&["{ $.a IS TRUE }", "{ $.a IS FALSE }"], "{ $.a IS TRUE || $.a IS FALSE }", 'y'),
        (&["{ $.a IS FALSE }"], "{ $.a IS TRUE }", 'n'),
        (&["{ $.a = true }"], "{ $.a IS TRUE }", '?'),
        (&["{ $.a = 5 }"], "{ $.a = \"5\" }", '?'),
        (&["{ $.a > 4 }"], "{ $.a >= 5 }", 'y'),
        (&["{ $.a > 5 }"], "{ $.a >= 5 }", 'n'),
        (&["{ $.a < 5 || $.a > 3 }"], "{ $.a = 4 }", 'y'),
        (&["{ $.a NOT EXISTS }"], "{ $.a.b NOT EXISTS }", 'n'),
        (&["{ $.a EXISTS }"], "{ $.a.b = x }", 'y'),
        (&["{ $.a = x }"], "{ $.a = x && $.a.b = x }", 'y'),
        (&["{ $.a = %(b)% }"], "{ $.a = b }", '?'),
        (&["{ $.a = %(b)% }"], "{ $.a = %(b)% }", 'y'),
        (&["{ $.a = %(b)% }", "{ $.a != %(b)% }"], "{ $.c = d }", 'y'),
        (&["{ $.l[*].n = x }"], "{ $.l[*].n = x }", 'y'),
        (&["{ $.l[*].n = x }"], "{ $.l[0].n = x }", '?'),
        (&["{ $.a = %[A-Z]reate[A-Z].*% }"], "{ $.a = CreateRoute }", 'y'),
        (&["{ $.a = %^[A-Z]reate$% }"], "{ $.a = CreateRoute }", 'n'),
        (&["{ $.a = \"x\" && $.a = \"y\" }"], "{ $.a = x }", 'n'),
        (&["{ $.b = x }"], "{ $.a = x && $.a = y }", 'y'),
    ];
    for (given, required, wanted) in cases {
        assert_eq!(compared(given, required), *wanted, "{given:?} against {required}");
    }
}

#[test]
fn the_benchmark_covers_itself_and_nothing_else() {
    assert_eq!(filters().len(), 15);
    for filter in filters() {
        assert_eq!(verified(std::slice::from_ref(&filter.pattern), &filter.pattern), 'y', "{}", filter.id);
        // Without its key field no event is one of the filter's.
        assert_eq!(covers(std::slice::from_ref(&filter.key), &filter.pattern), Truth::True, "{}", filter.id);
        for other in filters().iter().filter(|other| other.id != filter.id) {
            assert_eq!(verified(std::slice::from_ref(&other.pattern), &filter.pattern), 'n', "{}", other.id);
        }
    }
}

#[test]
fn each_name_that_is_left_out_of_a_benchmark_filter_is_missed() {
    for filter in filters() {
        let Expr::Any(parts) = &filter.pattern else { continue };
        for left_out in 0..parts.len() {
            let mut parts = parts.clone();
            let gone = parts.remove(left_out);
            let narrower = Expr::Any(parts);
            assert_eq!(verified(std::slice::from_ref(&narrower), &filter.pattern), 'n', "{} {left_out}", filter.id);
            // Reversed, and the last one from a second filter: covered again.
            let Expr::Any(mut parts) = narrower else { continue };
            parts.reverse();
            assert_eq!(verified(&[Expr::Any(parts), gone], &filter.pattern), 'y', "{} {left_out}", filter.id);
        }
    }
}

#[test]
fn the_long_text_on_unauthorized_calls_is_accepted_in_either_grouping() {
    let filter = &filters()[0];
    let accepted = |text: &str| {
        let given = read(text);
        filter.accepted.iter().any(|required| covers(std::slice::from_ref(&given), required) == Truth::True)
    };
    let (a, b) = ("($.errorCode = *UnauthorizedOperation)", "($.errorCode = AccessDenied*)");
    let rest = "($.sourceIPAddress != delivery.logs.amazonaws.com) && ($.eventName != HeadBucket)";
    assert!(accepted(&format!("{{ {a} || {b} }}")));
    assert!(accepted(&format!("{{ {a} || {b} && {rest} }}")));
    assert!(accepted(&format!("{{ ({a} || {b}) && {rest} }}")));
    assert!(!accepted(&format!("{{ {a} && {rest} }}")));
    assert!(!accepted(&format!("{{ ({a} || {b}) && {rest} && ($.awsRegion = eu-west-1) }}")));
}

#[test]
fn too_large_is_unknown() {
    let part = |i: usize| format!("($.a{i} = x || $.b{i} = y)");
    let text = format!("{{ {} }}", (0..40).map(part).collect::<Vec<_>>().join(" && "));
    assert_eq!(compared(&[&text], "{ $.a0 = x }"), '?');
}

/// Values that the tests of [`tests`] below tell apart, and more.
fn values() -> Vec<Json> {
    let mut values = vec![Json::Absent, Json::Nested, Json::Null, Json::Bool(true), Json::Bool(false)];
    values.extend([0.0, 1.0, 1.5, 2.0, 3.0].map(Json::Number));
    // Each way of beginning with x or not, of ending with x, y or neither, and of holding y or not.
    let strings =
        ["", "x", "y", "xy", "xx", "yx", "xyx", "1", "2", "true", "z", "xz", "zx", "zy", "xyy", "xyz", "zyz", "zyx"];
    values.extend(strings.map(|s| Json::String(s.to_owned())));
    values
}

fn tests() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["a", "b"]);
    let asks = prop::sample::select(vec![
        "= x",
        "= y",
        "= \"xy\"",
        "= x*",
        "= *x",
        "= *",
        "= *y*",
        "!= x",
        "!= x*",
        "= %^x|y$%",
        "NOT EXISTS",
        "EXISTS",
        "IS NULL",
        "IS TRUE",
        "IS FALSE",
        "= \"true\"",
        "!= \"\"",
    ]);
    (field, asks).prop_map(|(field, asks)| format!("$.{field} {asks}"))
}

fn number_tests() -> impl Strategy<Value = String> {
    let asks = prop::sample::select(vec!["= 1", "!= 1", "> 1", ">= 2", "< 2", "<= 1", "= \"1\"", "EXISTS", "= x"]);
    asks.prop_map(|asks| format!("$.n {asks}"))
}

fn patterns() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![4 => tests(), 1 => number_tests()];
    let tree = leaf.prop_recursive(3, 8, 3, |inner| {
        (prop::collection::vec(inner, 1..4), prop::sample::select(vec![" && ", " || "]))
            .prop_map(|(parts, operator)| format!("({})", parts.join(operator)))
    });
    tree.prop_map(|text| read(&format!("{{ {text} }}")))
}

fn events() -> Vec<Vec<(String, Json)>> {
    let mut events = Vec::new();
    for a in values() {
        for b in values() {
            for n in [
                Json::Absent,
                Json::Number(0.5),
                Json::Number(1.0),
                Json::Number(1.5),
                Json::Number(2.0),
                Json::Number(9.0),
                Json::Null,
                Json::Nested,
            ]
            .into_iter()
            .chain(["1", "2", "x", "w"].map(|s| Json::String(s.to_owned())))
            {
                events.push(vec![("a".to_owned(), a.clone()), ("b".to_owned(), b.clone()), ("n".to_owned(), n)]);
            }
        }
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn covering_agrees_with_trying_all_events(given in prop::collection::vec(patterns(), 1..4), required in patterns()) {
        let answer = verified(&given, &required);
        let missed = |event: &Vec<(String, Json)>, reading: Reading| {
            required.matches(event, reading) == Some(true)
                && given.iter().all(|filter| filter.matches(event, reading) == Some(false))
        };
        let events = events();
        let certainly = events.iter().any(|event| Reading::all().all(|reading| missed(event, reading)));
        let possibly = events.iter().any(|event| Reading::all().any(|reading| missed(event, reading)));
        match answer {
            'y' => prop_assert!(!possibly),
            'n' => prop_assert!(possibly),
            _ => prop_assert!(possibly && !certainly),
        }
        if certainly {
            prop_assert_eq!(answer, 'n');
        }
    }

    #[test]
    fn reading_never_panics(text in "[{}()$.a=!<>&|\"%* \\\\\\[\\]0-9ISNULL-]{0,40}") {
        if let Ok(expr) = parse(&text) {
            compare(&[&expr], &expr);
        }
    }
}

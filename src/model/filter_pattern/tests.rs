//! Filter patterns: a table of cases, laws over generated patterns, and what is read at all.

use proptest::prelude::*;

use super::cis::filters;
use super::*;
use crate::truth::Truth;

mod laws;
mod table;

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

#[test]
fn a_missed_event_has_values_that_records_have() {
    let required = read("{ $.userIdentity.type = Root && $.eventType != AwsServiceEvent }");
    let narrow = read("{ $.userIdentity.type = Root && $.eventType = AwsApiCall }");
    let missed = compare(&[&narrow], &required).missed.expect("other types are missed");
    let shown = lean(missed, &[&narrow], &required);
    let text = |value: &str| Json::String(value.to_owned());
    let wanted = [("eventType", text("AwsConsoleSignIn")), ("userIdentity.type", text("Root"))];
    assert_eq!(shown, wanted.map(|(field, value)| (field.to_owned(), value)));
    // The field for want of which it is missed is told.
    let narrow = read("{ $.userIdentity.type = Root && $.eventType != AwsServiceEvent && $.awsRegion = us-east-1 }");
    let required = read("{ $.userIdentity.type = Root && $.eventType != AwsServiceEvent }");
    let missed = compare(&[&narrow], &required).missed.expect("other Regions are missed");
    assert_eq!(lean(missed, &[&narrow], &required)[0], ("awsRegion".to_owned(), text("eu-west-1")));
    // A value that does not serve stays: the benchmark's own.
    let required = read("{ $.eventName = CreateRoute }");
    let missed = compare(&[], &required).missed.expect("nothing covers it");
    assert_eq!(lean(missed, &[], &required), [("eventName".to_owned(), text("CreateRoute"))]);
}

#[test]
fn a_filter_that_nothing_fulfils_under_any_reading_covers_nothing() {
    // Whether the string "1" counts as the number is open, yet it is never both equal and not.
    assert_eq!(compared(&["{ $.n != 1 && $.n = 1 }"], "{ $.n = \"1\" }"), 'n');
    assert_eq!(compared(&["{ $.n = 1 }"], "{ $.n = \"1\" }"), '?');
}

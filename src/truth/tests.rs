//! The tables of Kleene's strong logic, and the laws that follow.

use super::{Cause, CauseKind, Truth};

fn unknown(detail: &str) -> Truth {
    Truth::unknown(CauseKind::Parameter, detail)
}

fn all() -> [Truth; 4] {
    [Truth::True, Truth::False, unknown("a"), unknown("b")]
}

/// The value without its reasons.
fn value(truth: &Truth) -> char {
    match truth {
        Truth::True => 'T',
        Truth::False => 'F',
        Truth::Unknown(_) => 'U',
    }
}

#[test]
fn the_tables() {
    let mut and = String::new();
    let mut or = String::new();
    for a in [Truth::True, Truth::False, unknown("a")] {
        for b in [Truth::True, Truth::False, unknown("b")] {
            and.push(value(&(a.clone() & b.clone())));
            or.push(value(&(a.clone() | b)));
        }
    }
    assert_eq!(and, "TFUFFFUFU");
    assert_eq!(or, "TTTTFUTUU");
    assert_eq!([!Truth::True, !Truth::False], [Truth::False, Truth::True]);
    assert_eq!(!unknown("a"), unknown("a"));
}

#[test]
fn laws() {
    for a in all() {
        assert_eq!(!!a.clone(), a);
        assert_eq!(a.clone() & a.clone(), a);
        assert_eq!(a.clone() | a.clone(), a);
        for b in all() {
            assert_eq!(a.clone() & b.clone(), b.clone() & a.clone());
            assert_eq!(a.clone() | b.clone(), b.clone() | a.clone());
            assert_eq!(!(a.clone() & b.clone()), !a.clone() | !b.clone(), "De Morgan");
            assert_eq!(!(a.clone() | b.clone()), !a.clone() & !b.clone(), "De Morgan");
            for c in all() {
                let (left, right) = ((a.clone() & b.clone()) & c.clone(), a.clone() & (b.clone() & c.clone()));
                assert_eq!(value(&left), value(&right));
                let (left, right) = (a.clone() & (b.clone() | c.clone()), (a.clone() & b.clone()) | (a.clone() & c));
                assert_eq!(value(&left), value(&right), "distribution");
            }
        }
    }
}

#[test]
fn all_and_any_are_the_folds_and_of_nothing_are_their_units() {
    assert_eq!(Truth::all([]), Truth::True);
    assert_eq!(Truth::any([]), Truth::False);
    for a in all() {
        for b in all() {
            assert_eq!(Truth::all([a.clone(), b.clone()]), a.clone() & b.clone());
            assert_eq!(Truth::any([a.clone(), b.clone()]), a.clone() | b.clone());
        }
    }
}

#[test]
fn reasons_are_united_in_a_fixed_order_and_named_once() {
    let both = unknown("b") & unknown("a") & unknown("b");
    let Truth::Unknown(causes) = &both else { panic!("unknown") };
    assert_eq!(causes.to_string(), "a; b");
    assert_eq!(causes.first(), &Cause::new(CauseKind::Parameter, "a"));
    assert_eq!(both, unknown("a") | unknown("b"));
}

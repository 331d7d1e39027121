//! Which events of a log group raise an alarm: metric filters, joined to alarms and to the trails that feed them.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::alarm::Alarm;
use super::alarm::composites::{Composites, exists};
use super::arn::{Part, Text};
use super::attr::{Attr, Seen};
use super::filter_pattern::{Asks, Expr, Json, Test, cis, compare, covers, lean, meets, parse};
use super::log_group::{LogGroup, Metric, MetricFilter};
use super::lookup::{is_log_group, log_group_name};
use super::trail::Trail;
use super::{Estate, Input, Subject, outside};
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// Alternatives of one filter that are told apart when it is asked what the filter is meant for.
const MOST_ALTERNATIVES: usize = 300;

/// The metric filters of one input.
#[derive(Debug)]
pub struct Monitoring<'a> {
    input: &'a Input,
    watches: Vec<Watch<'a>>,
    alarms: Alarms<'a>,
}

/// A metric filter with what is known of it.
#[derive(Debug)]
struct Watch<'a> {
    filter: &'a MetricFilter,
    /// What it matches in any case; `None` if that cannot be told.
    certain: Option<Expr>,
    /// What it may match; `None` if that may be anything.
    possible: Option<Expr>,
    /// Why the pattern is not known.
    hidden: Option<Causes>,
    /// The ids of the CIS filters that it is about.
    about: BTreeSet<&'static str>,
    fed: Truth,
    alarmed: OnceCell<Truth>,
}

/// The ids of the CIS filters that a pattern is about. Estates repeat their patterns, and these are dear to find.
#[derive(Debug, Default)]
struct Subjects {
    /// By its alternatives.
    own: Option<BTreeSet<&'static str>>,
    /// Those that it takes in as a whole.
    whole: Option<BTreeSet<&'static str>>,
}

/// How the metric filters of an input stand to a filter of the benchmark.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// Whether filters with an alarm, of one log group, together cover it.
    pub covered: Truth,
    /// The metric filters that are about it.
    pub filters: Vec<&'a MetricFilter>,
    /// Whether they take in more than it asks for.
    pub wider: bool,
    /// What is amiss when it is not covered.
    pub fault: Fault,
}

/// What is amiss.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Nothing.
    None,
    /// No metric filter counts these events.
    NoFilter,
    /// The filters stand on a log group that no logging trail of the input delivers to.
    NotFed,
    /// No alarm with an action watches their metrics.
    NoAlarm,
    /// The filters that do raise an alarm miss this event.
    Misses(Vec<(String, Json)>),
}

impl<'a> Monitoring<'a> {
    /// Takes stock of an input.
    pub fn of(estate: &Estate, input: &'a Input) -> Self {
        let alarms = Alarms::of(input);
        let mut result = Self { input, watches: Vec::new(), alarms };
        let surely = surely_fed(estate, input);
        let mut known = HashMap::new();
        for filter in &input.metric_filters {
            let group = only(&filter.log_group).and_then(|name| estate.log_group_named(input.id, &plain(name)));
            let surely = group.is_some_and(|group| surely.contains(&std::ptr::from_ref(group)));
            let fed = if surely { Truth::True } else { fed(estate, input, filter) };
            let mut watch = Watch::new(filter, fed);
            match only(&filter.pattern).and_then(Text::literal) {
                Some(text) => result.find_subjects(&mut watch, known.entry(text).or_default()),
                None => result.find_subjects(&mut watch, &mut Subjects::default()),
            }
            result.watches.push(watch);
        }
        result
    }

    /// Whether some metric filter is about this filter of the benchmark.
    pub fn touches(&self, wanted: &cis::Filter) -> bool {
        self.watches.iter().any(|watch| watch.about.contains(wanted.id.as_str()))
    }

    /// Why it cannot be told which filters of the benchmark are touched; `None` if it can.
    pub fn obscured(&self) -> Option<Causes> {
        let hidden =
            self.watches.iter().filter(|watch| watch.fed != Truth::False && !self.input.trails.items.is_empty());
        let hidden = hidden.filter(|watch| watch.possible.is_none()).filter_map(|watch| watch.hidden.clone());
        let gap = match self.complete() {
            Truth::Unknown(causes) => Some(causes),
            _ => None,
        };
        hidden.chain(gap).reduce(Causes::and)
    }

    /// Judges one filter of the benchmark.
    pub fn judge(&self, wanted: &cis::Filter) -> Verdict<'a> {
        let relevant: Vec<_> = self.watches.iter().filter(|watch| watch.may_help(wanted)).collect();
        let mut groups: Vec<&Text> = Vec::new();
        let mut known = HashSet::new();
        for group in relevant.iter().flat_map(|watch| watch.filter.log_group.possible()) {
            if known.insert(group) {
                groups.push(group);
            }
        }
        let mut covered = Truth::False;
        for group in &groups {
            covered = covered | self.covered_on(group, &relevant, wanted);
        }
        let nameless = relevant.iter().filter_map(|watch| match watch.filter.log_group.satisfies(|_| Truth::True) {
            Truth::Unknown(causes) if watch.filter.log_group.possible().next().is_none() => Some(causes),
            _ => None,
        });
        covered = nameless.fold(covered, |covered, causes| covered | Truth::Unknown(causes));
        if covered != Truth::True {
            covered = covered | !self.complete();
        }
        let about: Vec<_> = relevant
            .iter()
            .filter(|watch| watch.about.contains(wanted.id.as_str()))
            .map(|watch| watch.filter)
            .collect();
        let mut verdict = Verdict { wider: false, filters: about, fault: Fault::None, covered };
        match verdict.covered {
            Truth::True => {
                let about = relevant.iter().filter(|watch| watch.about.contains(wanted.id.as_str()));
                let certain: Vec<_> = about.filter_map(|watch| watch.certain.clone()).collect();
                verdict.wider = covers(std::slice::from_ref(&wanted.pattern), &Expr::Any(certain)) == Truth::False;
            }
            Truth::False => verdict.fault = self.fault(&groups, &relevant, wanted),
            Truth::Unknown(_) => {}
        }
        verdict
    }

    /// Whether all that could matter was read.
    fn complete(&self) -> Truth {
        self.input.complete.clone() & self.input.metric_filters.complete.clone() & self.input.alarms.complete.clone()
    }

    fn covered_on(&self, group: &Text, relevant: &[&Watch<'a>], wanted: &cis::Filter) -> Truth {
        let (mut certain, mut possible, mut doubts) = (Vec::new(), Vec::new(), None::<Causes>);
        let mut anything = false;
        for watch in relevant {
            let mut doubt = |causes: Causes| doubts = Some(doubts.take().map_or(causes.clone(), |all| all.and(causes)));
            let credit = watch.on(group) & self.credit(watch);
            match &credit {
                Truth::False => continue,
                Truth::True => certain.extend(&watch.certain),
                Truth::Unknown(causes) => doubt(causes.clone()),
            }
            if let Some(hidden) = &watch.hidden {
                doubt(hidden.clone());
            }
            possible.extend(&watch.possible);
            anything |= watch.possible.is_none();
        }
        let by =
            |filters: &[&Expr]| Truth::any(wanted.accepted.iter().map(|accepted| compare(filters, accepted).covered));
        let answer = by(&certain);
        if answer == Truth::True {
            return answer;
        }
        let at_best = if anything { Truth::True } else { by(&possible) };
        match (answer, at_best, doubts) {
            (_, Truth::False, _) => Truth::False,
            (_, Truth::True | Truth::Unknown(_), Some(doubts)) => Truth::Unknown(doubts),
            (answer, _, None) => answer,
        }
    }

    /// Whether the filter counts at all: fed by a trail, and an alarm with an action watches its metric.
    fn credit(&self, watch: &Watch<'a>) -> Truth {
        exists("metric filter", &watch.filter.id) & watch.fed.clone() & self.alarmed(watch)
    }

    fn alarmed(&self, watch: &Watch<'a>) -> Truth {
        watch.alarmed.get_or_init(|| self.alarms.watch(watch.filter)).clone()
    }

    fn fault(&self, groups: &[&Text], relevant: &[&Watch<'a>], wanted: &cis::Filter) -> Fault {
        if !relevant.iter().any(|watch| watch.about.contains(wanted.id.as_str())) {
            return Fault::NoFilter;
        }
        let whole = |rule: &dyn Fn(&Watch<'a>) -> bool| {
            groups.iter().any(|group| {
                let filters: Vec<_> = relevant
                    .iter()
                    .filter(|watch| watch.on(group) != Truth::False && rule(watch))
                    .filter_map(|watch| watch.possible.as_ref())
                    .collect();
                wanted.accepted.iter().any(|accepted| compare(&filters, accepted).covered == Truth::True)
            })
        };
        if whole(&|watch| watch.fed != Truth::False) {
            return Fault::NoAlarm;
        }
        if whole(&|_| true) {
            return Fault::NotFed;
        }
        // The group that comes closest: the first with a filter that counts.
        let counting = |group: &&&Text| {
            relevant.iter().any(|watch| watch.on(group) != Truth::False && self.credit(watch) != Truth::False)
        };
        let Some(group) = groups.iter().find(counting) else {
            let fed = relevant.iter().any(|watch| watch.fed != Truth::False);
            return if fed { Fault::NoAlarm } else { Fault::NotFed };
        };
        let filters: Vec<_> = relevant
            .iter()
            .filter(|watch| watch.on(group) != Truth::False && self.credit(watch) != Truth::False)
            .filter_map(|watch| watch.possible.as_ref())
            .collect();
        let missed = compare(&filters, &wanted.pattern).missed;
        missed.map_or(Fault::NoFilter, |event| Fault::Misses(lean(event, &filters, &wanted.pattern)))
    }

    /// Finds which filters of the benchmark a metric filter is about; `known` is of all filters of its pattern.
    fn find_subjects(&self, watch: &mut Watch<'a>, known: &mut Subjects) {
        let few = |expr: &Expr| expr.alternatives().is_some_and(|all| all.len() <= MOST_ALTERNATIVES);
        let Some(expr) = watch.possible.as_ref().filter(|expr| known.own.is_some() || few(expr)) else {
            watch.about = mentioned(&watch.filter.pattern).collect();
            return;
        };
        let own = known.own.get_or_insert_with(|| {
            let alternatives = expr.alternatives().unwrap_or_default();
            alternatives.iter().flat_map(|alternative| subjects(alternative)).collect()
        });
        let mut about = own.clone();
        // A filter that takes in much more is credited where it is, and blamed nowhere else.
        if !self.input.trails.items.is_empty() && watch.fed == Truth::True && self.alarmed(watch) == Truth::True {
            let whole = known.whole.get_or_insert_with(|| {
                let whole = cis::filters().iter().filter(|wanted| {
                    may_meet(expr, wanted) && covers(std::slice::from_ref(expr), &wanted.pattern) == Truth::True
                });
                whole.map(|wanted| wanted.id.as_str()).collect()
            });
            about.extend(whole.iter().copied());
        }
        watch.about = about;
    }
}

impl<'a> Watch<'a> {
    fn new(filter: &'a MetricFilter, fed: Truth) -> Self {
        let (mut known, mut all_known, mut anything, mut hidden) = (Vec::new(), true, false, None::<Causes>);
        for (_, seen) in filter.pattern.cases() {
            let mut hide = |causes: Causes| {
                all_known = false;
                hidden = Some(hidden.take().map_or(causes.clone(), |all| all.and(causes)));
            };
            match seen {
                Seen::Value(text) => match (text.literal().map(parse), text.causes()) {
                    (Some(Ok(expr)), _) => known.push(expr),
                    (Some(Err(error)), _) => {
                        let detail =
                            format!("'{}' is not a filter pattern for JSON events: {error}", filter.pattern.name);
                        hide(Cause::new(CauseKind::Unsupported, detail).into());
                        // Plain terms match events that hold these words, and no others.
                        let words = text.literal().unwrap_or_default();
                        anything |= words.contains(['-', '%', '[', '{']) || mentioned(&filter.pattern).next().is_some();
                    }
                    (None, Some(causes)) => {
                        hide(causes);
                        anything = true;
                    }
                    (None, None) => {}
                },
                Seen::Hidden(cause) | Seen::Unseen(cause) => {
                    hide(cause.clone().into());
                    anything = true;
                }
                Seen::Absent => {
                    let detail = format!("'{}' is not set", filter.pattern.name);
                    hide(Cause::new(CauseKind::Invalid, detail).into());
                    anything = true;
                }
            }
        }
        if known.len() > 1 && hidden.is_none() {
            let detail = format!("'{}' depends on a condition that cannot be decided", filter.pattern.name);
            hidden = Some(Cause::new(CauseKind::Condition, detail).into());
        }
        Self {
            filter,
            // What it matches whichever branch holds.
            certain: (all_known && !known.is_empty()).then(|| Expr::All(known.clone())),
            possible: (!anything).then_some(Expr::Any(known)),
            hidden,
            about: BTreeSet::new(),
            fed,
            alarmed: OnceCell::new(),
        }
    }

    /// Whether it stands on this log group.
    fn on(&self, group: &Text) -> Truth {
        self.filter.log_group.satisfies(|name| name.same(group))
    }

    /// Whether it can add to covering this filter of the benchmark.
    fn may_help(&self, wanted: &cis::Filter) -> bool {
        self.about.contains(wanted.id.as_str())
            || self
                .possible
                .as_ref()
                .is_none_or(|expr| may_meet(expr, wanted) && meets(expr, &wanted.pattern) != Truth::False)
    }
}

/// Whether a quick look leaves open that they share events.
fn may_meet(expr: &Expr, wanted: &cis::Filter) -> bool {
    expr.alternatives().is_none_or(|all| all.iter().any(|alternative| !wanted.rules_out(alternative)))
}

/// The filters of the benchmark that one alternative of a pattern is about: it asks for the field by which they tell
/// their events and shares events with them. An alternative that lies within one of them is about that one only; if
/// it lies within several, about those that look at most of its fields.
fn subjects(alternative: &[&Test]) -> Vec<&'static str> {
    let expr = Expr::All(alternative.iter().map(|test| Expr::Test((*test).clone())).collect());
    let asks_for = |field: &str| {
        let equal = |asks: &Asks| matches!(asks, Asks::Like(_, true) | Asks::Opaque(_, true));
        alternative.iter().any(|test| *test.field == *field && equal(&test.asks))
    };
    let shared: Vec<_> = cis::filters()
        .iter()
        .filter(|wanted| asks_for(&wanted.field) && !wanted.rules_out(alternative))
        .filter(|wanted| meets(&Expr::All(vec![expr.clone(), wanted.key.clone()]), &wanted.pattern) != Truth::False)
        .collect();
    let within: Vec<_> =
        shared.iter().filter(|wanted| covers(std::slice::from_ref(&wanted.pattern), &expr) == Truth::True).collect();
    let common = |wanted: &cis::Filter| {
        alternative
            .iter()
            .filter(|test| wanted.looks_at(&test.field))
            .map(|test| &test.field)
            .collect::<BTreeSet<_>>()
            .len()
    };
    let most = within.iter().map(|wanted| common(wanted)).max();
    match most {
        Some(most) => within.into_iter().filter(|wanted| common(wanted) == most).map(|f| f.id.as_str()).collect(),
        None => shared.into_iter().map(|wanted| wanted.id.as_str()).collect(),
    }
}

/// The filters of the benchmark of which the known characters of a pattern name a value, as a whole word.
fn mentioned(pattern: &Attr<Text>) -> impl Iterator<Item = &'static str> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    for part in pattern.possible().flat_map(Text::parts) {
        if let Part::Lit(text) = part {
            words.extend(text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned));
        }
    }
    cis::filters()
        .iter()
        .filter(move |wanted| wanted.values.iter().any(|value| words.contains(value.trim_matches('*'))))
        .map(|wanted| wanted.id.as_str())
}

/// Whether a logging trail delivers to the filter's log group: one of the input, or, where the input defines the log group, one
/// of another input that names it. An input without trails watches those of others, and so may a filter on a log group
/// that the input does not define.
fn fed(estate: &Estate, input: &Input, filter: &MetricFilter) -> Truth {
    if input.trails.items.is_empty() {
        return Truth::True;
    }
    let own = Truth::any(input.trails.iter().map(|trail| {
        let delivers = trail.log_group.fold(|seen| match seen {
            Seen::Value(arn) => filter.log_group.satisfies(|name| same_group(estate, input, arn, name)),
            Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
            Seen::Absent => Truth::False,
        });
        delivers & works_now(trail)
    }));
    if own != Truth::False {
        return own;
    }
    filter.log_group.satisfies(|name| {
        let plain = plain(name);
        let Some(group) = estate.log_group_named(input.id, &plain) else {
            let detail = outside("trail that delivers to the log group", name);
            return Truth::unknown(CauseKind::OutsideScope, detail);
        };
        let others = estate.inputs.iter().filter(|other| other.id != input.id).flat_map(|other| &other.trails);
        let feeding = others.filter(|trail| trail.log_group.possible().any(|arn| is_log_group(group, arn)));
        Truth::any(
            feeding.map(|trail| {
                trail.log_group.satisfies(|arn| Truth::known(is_log_group(group, arn))) & works_now(trail)
            }),
        )
    })
}

/// The log groups of an input that one of its trails certainly delivers to: what most filters stand on, found without
/// a look at each trail for each filter.
fn surely_fed(estate: &Estate, input: &Input) -> HashSet<*const LogGroup> {
    let working = input.trails.iter().filter(|trail| works_now(trail) == Truth::True);
    let groups = working.filter_map(|trail| estate.own_log_group(input.id, only(&trail.log_group)?));
    groups.map(std::ptr::from_ref).collect()
}

/// The text of an attribute that certainly is this one; none for an empty one.
fn only(attr: &Attr<Text>) -> Option<&Text> {
    match attr.cases()[..] {
        [(_, Seen::Value(text))] if !text.is_certainly_empty() => Some(text),
        _ => None,
    }
}

/// `LogGroupName` also takes an ARN in some sources; both spellings are compared by name.
fn plain(name: &Text) -> Text {
    log_group_name(name).unwrap_or_else(|| name.clone())
}

/// Whether a trail exists and logs: one that is stopped delivers nothing.
fn works_now(trail: &Trail) -> Truth {
    exists("trail", trail.identity()) & trail.logging.is(&true)
}

fn same_group(estate: &Estate, input: &Input, arn: &Text, name: &Text) -> Truth {
    if arn.is_certainly_empty() {
        return Truth::False;
    }
    let plain = plain(name);
    let target = estate.own_log_group(input.id, arn);
    let own = estate.log_group_named(input.id, &plain);
    match (target, own) {
        (Some(target), Some(own)) => Truth::known(std::ptr::eq(target, own)),
        (Some(target), None) => target.name.same(&plain),
        (None, _) => match log_group_name(arn) {
            Some(other) => other.same(&plain),
            None => arn.causes().map_or(Truth::False, Truth::Unknown),
        },
    }
}

/// The alarms of an input, found by metric.
#[derive(Debug)]
struct Alarms<'a> {
    input: &'a Input,
    /// Alarms on metrics that are known in full, by namespace and name.
    known: HashMap<(&'a str, &'a str), Vec<&'a Alarm>>,
    /// All others.
    open: Vec<&'a Alarm>,
    composites: Composites<'a>,
}

impl<'a> Alarms<'a> {
    fn of(input: &'a Input) -> Self {
        let mut result = Self { input, known: HashMap::new(), open: Vec::new(), composites: Composites::of(input) };
        for alarm in &input.alarms {
            match literal(&alarm.metrics) {
                Some(keys) => keys.into_iter().for_each(|key| result.known.entry(key).or_default().push(alarm)),
                None => result.open.push(alarm),
            }
        }
        result
    }

    /// Whether an alarm that does something watches a metric of the filter.
    fn watch(&self, filter: &MetricFilter) -> Truth {
        let rule = |alarm: &&Alarm| match joined(filter, alarm) {
            Truth::False => Truth::False,
            joined => self.composites.acts(alarm) & joined,
        };
        let seen = match literal(&filter.metrics) {
            Some(keys) => {
                let known = keys.iter().filter_map(|key| self.known.get(key)).flatten();
                Truth::any(known.chain(&self.open).map(rule))
            }
            None => Truth::any(self.input.alarms.iter().map(|alarm| rule(&alarm))),
        };
        seen | !self.input.alarms.complete.clone()
    }
}

/// Namespace and name of each metric, if all are known.
fn literal(metrics: &Attr<Vec<Metric>>) -> Option<Vec<(&str, &str)>> {
    let [(_, Seen::Value(list))] = metrics.cases()[..] else {
        return None;
    };
    let text = |attr: &Attr<Text>| attr.cases().len() == 1 && attr.possible().all(|text| text.literal().is_some());
    list.iter()
        .map(|metric| {
            let known = text(&metric.name) && text(&metric.namespace);
            let (name, namespace) = (metric.name.possible().next()?, metric.namespace.possible().next()?);
            if known { Some((namespace.literal()?, name.literal()?)) } else { None }
        })
        .collect()
}

/// Whether the alarm watches a metric that the filter feeds, by name and namespace.
fn joined(filter: &MetricFilter, alarm: &Alarm) -> Truth {
    let same = |a: &Attr<Text>, b: &Attr<Text>| a.satisfies(|a| b.satisfies(|b| a.same(b)));
    alarm.metrics.satisfies(|watched| {
        Truth::any(watched.iter().map(|watched| {
            filter.metrics.satisfies(|fed| {
                Truth::any(
                    fed.iter().map(|fed| same(&fed.name, &watched.name) & same(&fed.namespace, &watched.namespace)),
                )
            })
        }))
    })
}

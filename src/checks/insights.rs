//! Insights: CloudTrail's own watch over unusual rates of calls and of errors.

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::attr::Seen;
use crate::model::recording::{Recorder, Recording};
use crate::model::trail::Insight;
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in Recording::all(estate) {
        let answers: Vec<Answer> = recording.recorders.iter().map(Answer::of).collect();
        let others =
            recording.recorders.iter().zip(&answers).map(|(other, answer)| other.counts.clone() & answer.both());
        let visitors = recording.visitors.iter().map(|other| other.counts.clone() & Answer::of(other).both());
        let beside = Truth::any(others.chain(visitors)) | recording.more();
        for (recorder, answer) in recording.recorders.iter().zip(&answers) {
            let attr = &recorder.trail.insights;
            let mut draft = judge
                .on(recorder.trail)
                .claim("watches call rates and error rates", "does not watch both call rates and error rates")
                .looks_whether(attr, "'ApiCallRateInsight' and 'ApiErrorRateInsight', for management events");
            let (whole, reason, remedy) =
                (answer.both(), answer.reason(&attr.name, attr.written() == Truth::True), answer.remedy(&attr.name));
            if let Some(reason) = reason {
                draft = draft.because(reason);
            }
            match (whole, &beside) {
                (Truth::True, _) => draft.because(format!("'{}' holds both types", attr.name)).pass(),
                (Truth::False, Truth::True) => {
                    let detail = format!("another logging trail of {} watches both", recording.scope());
                    draft.not_applicable(CauseKind::Equivalent, detail);
                }
                (Truth::False, Truth::False) => draft.remedy(remedy).fail(),
                (Truth::Unknown(causes), _) => draft.unknown(causes),
                (Truth::False, Truth::Unknown(causes)) => draft.unknown(causes.clone()),
            }
        }
    }
}

/// What a trail has of the two types, and of the events that they count.
struct Answer {
    calls: Truth,
    errors: Truth,
    /// Call rates are counted over the management events that write.
    writes: Truth,
    /// Error rates are counted over any.
    any: Truth,
}

impl Answer {
    fn of(recorder: &Recorder<'_>) -> Self {
        let has = |wanted: &str| {
            recorder.trail.insights.satisfies(|insights| Truth::any(insights.iter().map(|insight| is(insight, wanted))))
        };
        let sides = recorder.recorded.any_management();
        Self {
            calls: has("ApiCallRateInsight"),
            errors: has("ApiErrorRateInsight"),
            any: sides.reads | sides.writes.clone(),
            writes: sides.writes,
        }
    }

    fn both(&self) -> Truth {
        self.calls.clone() & self.errors.clone() & self.writes.clone() & self.any.clone()
    }

    /// What is missing, where that is more than the attribute itself.
    fn reason(&self, name: &str, written: bool) -> Option<String> {
        match (&self.calls, &self.errors, &self.writes) {
            (Truth::True, Truth::False, _) => {
                Some(format!("'{name}' has no 'ApiErrorRateInsight' for management events"))
            }
            (Truth::False, Truth::True, _) => {
                Some(format!("'{name}' has no 'ApiCallRateInsight' for management events"))
            }
            (Truth::True, Truth::True, Truth::False) => Some(format!(
                "'{name}' has both types, but the trail records no management events that write, which call rates are counted over"
            )),
            (Truth::False, Truth::False, _) if written => {
                Some(format!("'{name}' has neither of the two types for management events"))
            }
            _ => None,
        }
    }

    fn remedy(&self, name: &str) -> String {
        if self.calls == Truth::True && self.errors == Truth::True {
            return "Let the trail record the management events that write.".to_owned();
        }
        format!("Put both 'ApiCallRateInsight' and 'ApiErrorRateInsight' into '{name}', for management events.")
    }
}

/// Whether an Insights selector is of this type and for management events; no category means just those.
fn is(insight: &Insight, wanted: &str) -> Truth {
    let kind = insight.kind.satisfies(|kind| kind.same(&wanted.into()));
    let management = insight.categories.fold(|seen| match seen {
        Seen::Value(categories) if categories.is_empty() => Truth::True,
        Seen::Value(categories) => Truth::any(categories.iter().map(|category| category.same(&"Management".into()))),
        Seen::Absent => Truth::True,
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
    });
    kind & management
}

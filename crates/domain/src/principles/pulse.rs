//! The pulse survey: a few sentences, each agreed to from 1 (not at all) to 5 (fully).

use super::Principle;
use crate::fields::{Label, label};
use serde::Serialize;

/// A sentence of the survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The stored word.
    pub key: &'static str,
    /// The principle it is about.
    pub principle: Principle,
    /// What a person reads.
    pub text: Label,
}

const fn question(key: &'static str, principle: Principle, zh: &'static str, en: &'static str) -> Question {
    Question { key, principle, text: label(zh, en) }
}

/// The shipped sentences.
pub static QUESTIONS: [Question; 8] = [
    question(
        "goal_clear",
        Principle::Commitment,
        "我清楚公司今年要打赢的仗是什么。",
        "I know what the company wants to win this year.",
    ),
    question(
        "goal_agreed",
        Principle::Commitment,
        "我认同这个目标，愿意为它投入。",
        "I agree with that goal and will work for it.",
    ),
    question(
        "goal_mine",
        Principle::Commitment,
        "公司目标实现了，我个人也有收获。",
        "When the company reaches its goal, I gain too.",
    ),
    question("goal_path", Principle::Commitment, "我知道自己这一段该怎么做。", "I know what my own part is."),
    question("energy", Principle::Engagement, "上班时我有干劲。", "I have energy at work."),
    question(
        "tools",
        Principle::Engagement,
        "工具和支持够用，能帮我把事办成。",
        "Tools and support help me get things done.",
    ),
    question(
        "obstacle",
        Principle::Engagement,
        "遇到障碍，有人很快帮我解决。",
        "When something is in my way, somebody soon removes it.",
    ),
    question("fair", Principle::Engagement, "我的付出得到了公平的回报。", "My work is rewarded fairly."),
];

/// Of fewer people than these, what they answered together tells what each of them answered.
pub const LEAST_VOICES: i64 = 4;

/// The mean of answers as it may be told to somebody, from the people who answered and those of them who are others:
/// one's own answers are no secret to oneself.
pub fn told(mean: Option<f64>, people: i64, others: i64) -> Option<f64> {
    mean.filter(|_| others == 0 || people >= LEAST_VOICES)
}

/// What an answer of 1 to 5 is worth, 0..100; any other answer is none.
pub fn points(answer: u8) -> Option<f64> {
    (1..=5).contains(&answer).then(|| 25.0 * (f64::from(answer) - 1.0))
}

/// What the answers say of each principle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Pulse {
    /// The mean of the answers on commitment, 0..100.
    pub commitment: Option<f64>,
    /// The mean of the answers on engagement, 0..100.
    pub engagement: Option<f64>,
    /// Answers that counted.
    pub answers: u64,
}

/// Sums up answers, each the key of a question and 1 to 5. Unknown questions do not count.
pub fn pulse<'a>(answers: impl IntoIterator<Item = (&'a str, u8)>) -> Pulse {
    let mut sums = [(0.0, 0u64); 3];
    for (key, answer) in answers {
        let found = QUESTIONS.iter().find(|q| q.key == key);
        if let Some((question, points)) = found.zip(points(answer)) {
            let sum = &mut sums[question.principle as usize];
            *sum = (sum.0 + points, sum.1 + 1);
        }
    }
    let mean = |principle: Principle| {
        let (sum, n) = sums[principle as usize];
        (n > 0).then(|| sum / n as f64)
    };
    Pulse {
        commitment: mean(Principle::Commitment),
        engagement: mean(Principle::Engagement),
        answers: sums.iter().map(|s| s.1).sum(),
    }
}

//! The questions of the wizard.

use super::{Question, Subject};
use crate::four_r::R;
use crate::principles::Principle;
use crate::sdae::Dimension;

type Text = [&'static str; 2];

const fn question(key: &'static str, subject: Subject, text: Text, low: Text, high: Text) -> Question {
    Question { key, subject, text, low, high }
}

const COMMITMENT: Subject = Subject::Principles(Principle::Commitment);
const PRECISION: Subject = Subject::Principles(Principle::Precision);
const ENGAGEMENT: Subject = Subject::Principles(Principle::Engagement);

/// All questions, two on each principle and each R, one on each dimension.
pub static QUESTIONS: [Question; 18] = [
    question(
        "goals_known",
        COMMITMENT,
        ["每个销售都说得出今年最重要的目标吗？", "Can every salesperson name the goal that matters most this year?"],
        ["大多说不出", "Most cannot"],
        ["人人说得出，而且说法一致", "All can, and say the same"],
    ),
    question(
        "goals_linked",
        COMMITMENT,
        ["个人目标和公司目标挂钩吗？", "Are personal goals linked to those of the company?"],
        ["各干各的", "Everybody has their own"],
        ["逐级分解，人人认领", "Broken down step by step, each taken on by a person"],
    ),
    question(
        "time_aimed",
        PRECISION,
        ["销售的时间主要花在高价值客户身上吗？", "Does most sales time go to customers of high value?"],
        ["谁来找就跟谁", "To whoever calls"],
        ["按客户等级安排，并定期核对", "Planned by grade, and checked"],
    ),
    question(
        "targets_chosen",
        PRECISION,
        ["目标客户是用数据选出来的吗？", "Are target customers chosen by data?"],
        ["凭感觉", "By feeling"],
        ["有清单、有标准、定期更新", "A list with criteria, kept up to date"],
    ),
    question(
        "team_energy",
        ENGAGEMENT,
        ["团队遇到困难时主动想办法吗？", "Does the team find ways when things get hard?"],
        ["等通知", "They wait to be told"],
        ["主动、有创意、不轻易放弃", "Active, inventive, not soon discouraged"],
    ),
    question(
        "obstacles_removed",
        ENGAGEMENT,
        ["一线提出的障碍能很快解决吗？", "Are obstacles that the front line reports soon removed?"],
        ["没人管", "Nobody cares"],
        ["有人负责，几天内有结果", "Somebody is in charge, with a result in days"],
    ),
    question(
        "grades_used",
        Subject::FourR(R::Customer),
        ["客户分级了吗？拜访安排按等级来吗？", "Are customers graded, and visits planned by grade?"],
        ["没有分级", "Not graded"],
        ["有统一标准，每周按等级排拜访", "One standard; every week is planned by it"],
    ),
    question(
        "low_grades_left",
        Subject::FourR(R::Customer),
        ["能把低价值客户转为低成本维护吗？", "Are customers of low value moved to service at low cost?"],
        ["舍不得放", "Nobody lets go"],
        ["定期清理，腾出时间", "Regularly, to free time"],
    ),
    question(
        "cadence_set",
        Subject::FourR(R::Frequency),
        ["每类客户多久联系一次，有规定吗？", "Is it set how often each kind of customer is contacted?"],
        ["想起来才联系", "When it comes to mind"],
        ["有节奏，到期有提醒", "A cadence, with reminders"],
    ),
    question(
        "cadence_kept",
        Subject::FourR(R::Frequency),
        ["重点客户会不会很久没人联系，或被打扰太多？", "Are key customers left alone for long, or bothered too much?"],
        ["经常", "Often"],
        ["几乎不会", "Hardly ever"],
    ),
    question(
        "content_ready",
        Subject::FourR(R::Message),
        ["针对不同阶段、痛点、角色，有现成的资料吗？", "Is there content for each stage, pain and role?"],
        ["一份资料发所有人", "One leaflet for all"],
        ["资料齐全，一找就有", "Complete and easy to find"],
    ),
    question(
        "pains_recorded",
        Subject::FourR(R::Message),
        ["每次沟通后会记下客户的痛点吗？", "Are the customer's pains recorded after each talk?"],
        ["只记“已联系”", "Only \"contacted\""],
        ["痛点和回应都有记录", "Pains and answers are on record"],
    ),
    question(
        "resources_planned",
        Subject::FourR(R::Resource),
        [
            "专家、样品、活动等资源按商机阶段投入吗？",
            "Are experts, samples and events used by stage of the opportunity?",
        ],
        ["谁会要就给谁", "Whoever asks gets them"],
        ["各阶段有推荐组合", "Each stage has a mix"],
    ),
    question(
        "costs_known",
        Subject::FourR(R::Resource),
        ["知道拿下一个客户花了多少资源吗？", "Is it known what winning a customer cost?"],
        ["算不清", "No"],
        ["每次投入都有成本记录", "Every use has its cost on record"],
    ),
    question(
        "loyalty",
        Subject::Sdae(Dimension::Security),
        ["竞品降价时，重点客户会走吗？", "Would key customers leave when a competitor lowers its price?"],
        ["多半会走", "Most would"],
        ["大多会留下", "Most would stay"],
    ),
    question(
        "growth",
        Subject::Sdae(Dimension::Development),
        ["重点客户今年的采购在增长吗？", "Do key customers buy more this year?"],
        ["在萎缩", "Less"],
        ["明显增长，还有新需求", "Clearly more, with new needs"],
    ),
    question(
        "adviser",
        Subject::Sdae(Dimension::Acceptance),
        ["客户遇到问题会先来问我们吗？", "Do customers ask us first when they have a problem?"],
        ["电话都不接", "They do not even answer"],
        ["把我们当顾问", "They take us as advisers"],
    ),
    question(
        "experience",
        Subject::Sdae(Dimension::Experience),
        ["客户觉得和我们合作省心吗？", "Do customers find it easy to work with us?"],
        ["投诉多", "Many complaints"],
        ["愿意推荐给同行", "They recommend us to others"],
    ),
];

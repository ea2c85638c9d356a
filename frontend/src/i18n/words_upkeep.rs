//! Words of competitors at the door, incentives and newcomers.

use super::messages;

messages! {
    alerts = "竞品预警", "Competitor alerts";
    training_people(n: usize) = "{n} 人参加", "{n} people";
    training_mean = "平均", "Mean";
    alerts_none = "没有待应对的竞品", "No competitor at the door";
    alert_new = "记一条", "Add";
    alert_close = "已解除", "Closed";
    alert_closed = "竞品预警已解除", "The alert is closed";
    alert_since(day: &str) = "{day} 发现", "noticed {day}";
    alerts_cost = "每条待应对的预警会拉低安全度", "Every open alert lowers security";
    incentives = "激励规则", "Incentives";
    incentives_none = "还没有发布激励规则", "No incentive is published";
    incentive_new = "发布规则", "Publish one";
    incentive_understood = "我已看明白", "I understand";
    incentive_ask = "有疑问", "I have a question";
    incentive_question = "哪里不清楚？", "What is not clear?";
    incentive_send = "提交疑问", "Send";
    incentive_thanks = "已确认", "Noted";
    incentive_read_by(n: usize) = "{n} 人已确认", "{n} have confirmed";
    incentive_questions(n: usize) = "{n} 个疑问", "{n} questions", "{n} question";
    incentive_terms = "规则正文", "Terms";
    incentive_example = "计算举例", "Worked example";
    incentive_past = "已结束", "Ended";
    incentive_coming = "未开始", "Not yet";
    incentive_until(from: &str, to: &str) = "{from} 至 {to}", "{from} to {to}";
    incentive_open_end(from: &str) = "{from} 起", "from {from}";
    incentive_draft = "草稿", "Draft";
    ramp = "新人上手", "Newcomers";
    ramp_none = "近两年没有新入职的销售", "Nobody who sells was hired in the last two years";
    ramp_mean = "平均首单天数", "Mean days to the first deal";
    ramp_faster(n: &str) = "比前一批快 {n} 天", "{n} days faster than before", "{n} day faster than before";
    ramp_slower(n: &str) = "比前一批慢 {n} 天", "{n} days slower than before", "{n} day slower than before";
    ramp_same = "与前一批持平", "as fast as before";
    ramp_few = "满四人成交后可看出趋势", "A trend needs four with a deal";
    ramp_first(n: i64) = "{n} 天拿下首单", "first deal after {n} days", "first deal after {n} day";
    ramp_waiting(n: i64) = "入职 {n} 天，首单未成", "{n} days in, no deal yet", "{n} day in, no deal yet";
    ramp_late = "超过多数新人，需要帮带", "longer than most: needs help";
    ramp_by_quarter = "按入职季度", "By quarter of hire";
    ramp_quarter(year: i64, quarter: i64) = "{year} 年 {quarter} 季度", "Q{quarter} {year}";
    ramp_hired(n: i64) = "{n} 人", "{n} hired";
}

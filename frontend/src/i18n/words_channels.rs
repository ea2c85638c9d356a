//! Words of channels and of what builds trust.

use super::messages;

messages! {
    nav_channels = "渠道质量", "Channels";
    channels_why = "按客户来源看：筛选合格率说明来的对不对，成交率和成交额说明值不值。", "By source of customers: the share that qualifies says whether the right ones come, deals and revenue whether they are worth it.";
    channels_none = "这段时间没有新客户", "No customers in this period";
    channel = "来源", "Source";
    channel_customers = "客户", "Customers";
    channel_precision = "筛选合格率", "Qualified";
    channel_good = "A/B 级占比", "Grade A/B";
    channel_conversion = "成交率", "Bought";
    channel_revenue = "近一年成交额", "Revenue";
    channel_prospects = "高价值潜客", "Prospects of high value";
    channel_of(part: &str, whole: &str) = "{part} / {whole}", "{part} / {whole}";
    need_fit = "需求匹配", "Need fit";
    need_fit_none = "还不够打分：需要方案回应的痛点，或方案答复加试用结论", "Not enough to go by: it takes pains that a solution answers, or a solution answered and a trial ended";
    need_fit_counts(trials: i64, solutions: i64) = "方案 {solutions} 份 · 试用 {trials} 次", "{solutions} solutions · {trials} trials";
    trial_new = "安排试用", "New trial";
    solution_new = "新建方案", "New solution";
}

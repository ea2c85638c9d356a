//! Rules that every organisation starts with.

use super::{create, publish};
use crate::{Ctx, Result, records, scores};
use contract::rules::{PoolCause, Recipient, RuleAction, RuleDefinition, RuleInput, TimeUnit, Trigger};
use persistence::rules as store;
use serde_json::json;
use uuid::Uuid;

/// Key of the rule of S4-34.
const SILENT: &str = "large_and_silent";
/// Key of the rule that tells of messages without an answer.
const UNANSWERED: &str = "unanswered_message";
/// Key of the rule that gives customers without follow-up to the public pool; S1-29.
const IDLE: &str = "idle_to_pool";

/// Makes the shipped rules of an organisation that was set up before there were any, in the name of an administrator, and
/// brings those that nobody has changed to today's form.
/// Whoever took one away keeps it away: a rule that was archived keeps its key.
pub fn ship_if_missing(ctx: &mut Ctx<'_>) -> Result<()> {
    renew(ctx)?;
    let mut missing = scores::segments_missing(ctx)?;
    let signs = SIGNS.iter().map(|s| s.key);
    for key in [SILENT, UNANSWERED, IDLE].into_iter().chain(signs).chain(MAILS.iter().map(|m| m.key)) {
        missing |= !store::exists(ctx.conn, key)?;
    }
    if !missing {
        return Ok(());
    }
    let mut people = persistence::identity::users_with_role(ctx.conn, domain::policy::roles::ADMINISTRATOR)?;
    people.sort_unstable();
    let Some(first) = people.first() else { return Ok(()) };
    let actor = crate::identity::load_person(ctx.conn, *first, None, ctx.now)?;
    ship(&mut Ctx { conn: ctx.conn, actor: &actor, now: ctx.now, request_id: ctx.request_id, schema: ctx.schema })
}

/// Makes the shipped rules that are not there, published in the caller's name. Part of the set-up.
pub fn ship(ctx: &mut Ctx<'_>) -> Result<()> {
    if !store::exists(ctx.conn, SILENT)? {
        let tag = risk_tag(ctx)?;
        publish_as(ctx, SILENT, silent(tag))?;
    }
    if !store::exists(ctx.conn, UNANSWERED)? {
        publish_as(ctx, UNANSWERED, unanswered())?;
    }
    for sign in &SIGNS {
        if !store::exists(ctx.conn, sign.key)? {
            publish_as(ctx, sign.key, sign.rule())?;
        }
    }
    if !store::exists(ctx.conn, IDLE)? {
        // A draft: taking customers away from people is for the organisation to decide.
        let rule = create(ctx, idle())?;
        store::name_key(ctx.conn, rule.id, IDLE)?;
    }
    scores::ship_segments(ctx)?;
    for mail in &MAILS {
        if !store::exists(ctx.conn, mail.key)? {
            // A draft: customers get no mail before somebody has read what it says and publishes it.
            let rule = create(ctx, mail.rule())?;
            store::name_key(ctx.conn, rule.id, mail.key)?;
        }
    }
    Ok(())
}

/// Customers that never bought and with whom nobody was in contact for long.
fn idle() -> RuleInput {
    let field = || "last_contact_at".to_owned();
    RuleInput {
        name: "30 天未跟进退回公海".to_owned(),
        description: Some(
            "从未下单的客户连续 30 天没有联系时，退回公海，由其他同事领取。这条规则是草稿，确认天数和范围后再发布。"
                .to_owned(),
        ),
        definition: RuleDefinition {
            object: "customers".to_owned(),
            trigger: Trigger::Elapsed { field: field(), count: 30, unit: TimeUnit::Days, working: false },
            condition: Some(json!({ "all": [
                { "field": "owner_id", "op": "is_not_empty" },
                { "field": "last_order_on", "op": "is_empty" },
            ] })),
            actions: vec![RuleAction::MoveToPool { reason: PoolCause::NoFollowUp }],
            imports: false,
        },
    }
}

fn publish_as(ctx: &mut Ctx<'_>, key: &str, input: RuleInput) -> Result<()> {
    let rule = create(ctx, input)?;
    store::name_key(ctx.conn, rule.id, key)?;
    publish(ctx, rule.id)?;
    Ok(())
}

/// A sign that customers show, and the playbook that it calls for. The field says since when it shows, so a rule acts
/// once for each time that it begins.
struct Sign {
    key: &'static str,
    name: &'static str,
    description: &'static str,
    field: &'static str,
    playbook: &'static str,
    message: &'static str,
    /// Only when it began within so many days: what has been so for long is no news.
    within_days: Option<i64>,
    /// Only for customers whose RFM scores call for this strategy.
    overlay: Option<&'static str>,
    director: bool,
}

/// S1-10, S1-11, S1-43, S4-25, and S2-06 to S2-08.
const SIGNS: [Sign; 7] = [
    Sign {
        key: "browsed_without_order",
        name: "30 天内浏览 3 次未下单",
        description: "客户 30 天内浏览 3 次以上却没有下单时，推荐同类热销品并附限时优惠券。次数和天数在评分模型“复购提醒”里设置。",
        field: "browsed_on",
        playbook: "browsed_without_order",
        message: "客户「{name}」近期多次浏览还没有下单，推荐同类热销品和限时优惠券",
        within_days: None,
        overlay: None,
        director: false,
    },
    Sign {
        key: "low_repurchase",
        name: "半年内复购不足 2 次召回",
        description: "老客户半年内复购少于 2 次时，安排专属客服回访并送满减券。次数和月数在评分模型“复购提醒”里设置。",
        field: "recall_on",
        playbook: "low_repurchase",
        message: "客户「{name}」半年内复购少于 2 次，安排回访并送满减券",
        within_days: Some(7),
        overlay: None,
        director: false,
    },
    Sign {
        key: "high_churn_risk",
        name: "高流失风险预警",
        description: "客户连续 3 个月没有互动，并且浏览竞品的次数上升时，提醒负责人和总监，安排专属权益和高层拜访。",
        field: "churn_on",
        playbook: "churn_risk",
        message: "客户「{name}」高流失风险：3 个月没有互动，浏览竞品变多",
        within_days: None,
        overlay: None,
        director: true,
    },
    Sign {
        key: "health_alert",
        name: "客户健康度预警",
        description: "任一健康指标 30 天内下降 30 分以上，或健康状态变差时，提醒负责人和主管，并启动健康预警打法。",
        field: "health_alert_on",
        playbook: "health_alert",
        message: "客户「{name}」健康度预警，当前健康度 {health}",
        within_days: Some(7),
        overlay: None,
        director: false,
    },
    Sign {
        key: "rfm_high_value",
        name: "高价值客户交资深销售",
        description: "客户最近买过、买得勤、金额高时，请主管指定资深销售，开通专属权益，每月做一次需求拜访。要自动分派，可在动作里加“转交”，选资深销售团队。",
        field: "rfm_overlay_on",
        playbook: "rfm_high_value",
        message: "客户「{name}」成为高价值客户，请指定资深销售并开通专属权益",
        within_days: Some(7),
        overlay: Some("high_value"),
        director: false,
    },
    Sign {
        key: "rfm_potential",
        name: "潜力客户场景化培育",
        description: "客户最近买过、次数少、金额中等时，依次发送白皮书和同行成功案例，促成第二次下单。",
        field: "rfm_overlay_on",
        playbook: "rfm_potential",
        message: "客户「{name}」是潜力客户，按计划发送白皮书和成功案例",
        within_days: Some(7),
        overlay: Some("potential"),
        director: false,
    },
    Sign {
        key: "rfm_sleeping",
        name: "沉睡客户唤醒一次",
        description: "客户很久没买、买得少、金额低时，用限时优惠和老客户活动唤醒一次；45 天后仍无反应，由负责人决定是否停止投入。已停止投入的客户不再启动。",
        field: "rfm_overlay_on",
        playbook: "rfm_sleeping",
        message: "客户「{name}」进入沉睡，已安排一次唤醒；仍无反应就标记停止投入",
        within_days: Some(7),
        overlay: Some("sleeping"),
        director: false,
    },
];

impl Sign {
    /// Nobody acts on those in whom nothing more is invested.
    fn condition(&self) -> serde_json::Value {
        let mut all = vec![json!({ "field": "invest_stopped", "op": "ne", "value": true })];
        all.extend(self.overlay.map(|word| json!({ "field": "rfm_overlay", "op": "eq", "value": word })));
        let recent = |days| json!({ "field": self.field, "op": "within_days", "value": days });
        all.extend(self.within_days.map(recent));
        json!({ "all": all })
    }

    fn definition(&self, condition: Option<serde_json::Value>, account_team: bool) -> RuleDefinition {
        let chief = if self.director { Recipient::Director } else { Recipient::Manager };
        let team = account_team.then_some(Recipient::AccountTeam);
        RuleDefinition {
            object: "customers".to_owned(),
            trigger: Trigger::Elapsed {
                field: self.field.to_owned(),
                count: 1,
                unit: TimeUnit::Minutes,
                working: false,
            },
            condition,
            actions: vec![
                RuleAction::StartPlaybook { playbook: self.playbook.to_owned() },
                RuleAction::Notify {
                    to: [Recipient::Owner].into_iter().chain(team).chain([chief]).collect(),
                    message: self.message.to_owned(),
                },
            ],
            imports: false,
        }
    }

    /// Everything that was ever shipped as this rule, today's form last: without the condition that something is invested,
    /// without the account team, and as it is.
    fn forms(&self) -> [RuleDefinition; 3] {
        let recent = self.within_days.map(|days| json!({ "field": self.field, "op": "within_days", "value": days }));
        let condition = || Some(self.condition());
        [self.definition(recent, false), self.definition(condition(), false), self.definition(condition(), true)]
    }

    fn rule(&self) -> RuleInput {
        RuleInput {
            name: self.name.to_owned(),
            description: Some(self.description.to_owned()),
            definition: self.definition(Some(self.condition()), true),
        }
    }
}

/// Where it is kept which forms the rules of the organisation were brought to.
const RENEWED: &str = "shipped_rules";
/// Counts the times that a shipped rule got another form.
const REVISION: &str = "1";

/// Brings shipped rules to today's form where nobody has changed them: where the draft and all that was ever published are
/// forms that were shipped, none older than the one before it. Whoever changed a rule keeps it, even where it has come to
/// be like an older form. They go on in the name of whoever published them.
fn renew(ctx: &mut Ctx<'_>) -> Result<()> {
    if persistence::settings::get(ctx.conn, RENEWED)?.as_deref() == Some(REVISION) {
        return Ok(());
    }
    for rule in store::all(ctx.conn)? {
        let Some(sign) = SIGNS.iter().find(|sign| rule.key.as_deref() == Some(sign.key)) else { continue };
        let Some(old) = store::find(ctx.conn, rule.id, true)? else { continue };
        let forms = sign.forms();
        let place = |text: &str| -> Option<usize> {
            let definition = super::read_definition(text).ok()?;
            forms.iter().position(|form| *form == definition)
        };
        let mut versions = store::versions(ctx.conn, rule.id)?;
        versions.reverse();
        let published: Option<Vec<usize>> = versions.iter().map(|version| place(&version.definition)).collect();
        let last = published.filter(|places| places.is_sorted()).and_then(|places| places.last().copied());
        if last.is_none_or(|last| last + 1 == forms.len()) || place(&old.draft) != last {
            continue;
        }
        let [.., today] = &forms;
        super::renew(ctx, &old, today)?;
    }
    Ok(persistence::settings::set(ctx.conn, RENEWED, REVISION, ctx.now)?)
}

/// A mail to customers of the basic tier, so many days after they came to it.
struct Guide {
    key: &'static str,
    name: &'static str,
    days: u32,
    subject: &'static str,
    body: &'static str,
}

/// S2-38: what shows a basic customer how to help itself.
const MAILS: [Guide; 3] = [
    Guide {
        key: "basic_guide_welcome",
        name: "基础客户：第 1 天使用指南",
        days: 1,
        subject: "欢迎使用：三步上手",
        body: "您好：\n\n感谢选择我们。请在微信中打开我们的小程序，进入“我的 → 使用指南”，三步即可上手：\n1. 绑定公司和联系人；\n2. 查看订单和物流；\n3. 在“自助服务”里查资料、报修、开票。\n\n紧急需求请直接回复本邮件，有专人当天响应。",
    },
    Guide {
        key: "basic_guide_tips",
        name: "基础客户：第 7 天常用功能",
        days: 7,
        subject: "最常用的五个功能，都在小程序里",
        body: "您好：\n\n用得最多的五个功能：再次下单、对账开票、进度查询、资料下载、在线报修。小程序“使用指南”里每一项都有一分钟视频。\n\n紧急需求请直接回复本邮件，有专人当天响应。",
    },
    Guide {
        key: "basic_guide_month",
        name: "基础客户：第 30 天使用回顾",
        days: 30,
        subject: "一个月了，用得顺手吗？",
        body: "您好：\n\n合作满一个月。小程序“使用指南”更新了常见问题；如果有更多需求，也可以在那里预约顾问。\n\n紧急需求请直接回复本邮件，有专人当天响应。",
    },
];

impl Guide {
    fn rule(&self) -> RuleInput {
        RuleInput {
            name: self.name.to_owned(),
            description: Some(
                "客户进入“基础”服务级别后，按天数自动发送小程序使用指南。先改成自己的内容再启用；停止投入的客户不发。"
                    .to_owned(),
            ),
            definition: RuleDefinition {
                object: "customers".to_owned(),
                trigger: Trigger::Elapsed {
                    field: "tier_on".to_owned(),
                    count: self.days,
                    unit: TimeUnit::Days,
                    working: false,
                },
                condition: Some(json!({ "all": [
                    { "field": "service_tier", "op": "eq", "value": "basic" },
                    { "field": "tier_on", "op": "within_days", "value": self.days + 7 },
                    { "field": "email", "op": "is_not_empty" },
                    { "field": "invest_stopped", "op": "ne", "value": true },
                ] })),
                actions: vec![RuleAction::SendEmail {
                    to: Vec::new(),
                    field: Some("email".to_owned()),
                    subject: self.subject.to_owned(),
                    body: self.body.to_owned(),
                }],
                imports: false,
            },
        }
    }
}

/// S4-34.
fn silent(tag: Uuid) -> RuleInput {
    RuleInput {
        name: "大额商机 7 天未跟进".to_owned(),
        description: Some(
            "预计金额超过 10 万元的商机连续 7 天没有跟进时，标记“风险”，并通知负责人和直属总监。".to_owned(),
        ),
        definition: RuleDefinition {
            object: "opportunities".to_owned(),
            trigger: Trigger::Elapsed {
                field: "last_activity_at".to_owned(),
                count: 7,
                unit: TimeUnit::Days,
                working: false,
            },
            condition: Some(json!({ "all": [
                { "field": "status", "op": "eq", "value": "open" },
                { "field": "amount_minor", "op": "gt", "value": 10_000_000 },
            ] })),
            actions: vec![
                RuleAction::AddTag { tag_id: tag },
                RuleAction::Notify {
                    to: vec![Recipient::Owner, Recipient::Director],
                    message: "商机「{name}」（{amount_minor} 元，{customer_id}）已 7 天没有跟进".to_owned(),
                },
            ],
            imports: false,
        },
    }
}

/// A message of a customer that nobody has answered for two working hours.
fn unanswered() -> RuleInput {
    RuleInput {
        name: "客户消息 2 小时未回复".to_owned(),
        description: Some(
            "客户发来消息或邮件，2 个工作小时内没有人回复、致电或拜访时，提醒负责人和主管。每次等待只提醒一次。"
                .to_owned(),
        ),
        definition: RuleDefinition {
            object: "customers".to_owned(),
            trigger: Trigger::Elapsed {
                field: "unanswered_at".to_owned(),
                count: 2,
                unit: TimeUnit::Hours,
                working: true,
            },
            // What has waited for a week is no news; it stands in the day of whoever owns the customer.
            condition: Some(json!({ "field": "unanswered_at", "op": "within_days", "value": 7 })),
            actions: vec![RuleAction::Notify {
                to: vec![Recipient::Owner, Recipient::Manager],
                message: "客户「{name}」{unanswered_at} 发来的消息还没有回复".to_owned(),
            }],
            imports: false,
        },
    }
}

fn risk_tag(ctx: &mut Ctx<'_>) -> Result<Uuid> {
    let shape = ctx.shape("tags")?;
    let found = persistence::records::find_by_text(
        ctx.conn,
        &shape,
        "name",
        &["风险".to_owned()],
        crate::Visible::All.owners(),
    )?;
    match found.first() {
        Some((_, id)) => Ok(*id),
        None => Ok(records::create(ctx, "tags", &json!({ "name": "风险", "color": "error" }))?.id),
    }
}

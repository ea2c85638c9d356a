//! News in words.

use contract::notifications::NewsKind;
use contract::problem::Lang;
use serde_json::{Map, Value as Json};

/// A piece of news in one line, and what else there is to say.
pub fn render(kind: NewsKind, params: &Map<String, Json>, lang: Lang) -> (String, String) {
    let get = |key: &str| params.get(key).and_then(Json::as_str).unwrap_or_default();
    let object = match lang {
        Lang::Zh => get("object_zh"),
        Lang::En => get("object_en"),
    };
    let (actor, title) = (get("actor"), get("title"));
    match kind {
        NewsKind::Assigned if params.contains_key("parts") => handed_over(params, actor, lang),
        NewsKind::Assigned => assigned(params, actor, object, title, lang),
        NewsKind::Mention => {
            let line = match lang {
                Lang::Zh => format!("{actor} 在{object}「{title}」中提到了你"),
                Lang::En => format!("{actor} mentioned you in the {} “{title}”", object.to_lowercase()),
            };
            (line, get("excerpt").to_owned())
        }
        NewsKind::Reminder => reminder(params, title, lang),
        NewsKind::Rule => {
            let from = match lang {
                Lang::Zh => format!("来自规则「{}」", get("rule")),
                Lang::En => format!("From the rule “{}”", get("rule")),
            };
            (get("message").to_owned(), from)
        }
        NewsKind::Pool => pool(params, title, lang),
        NewsKind::Alarm => alarm(params, lang),
    }
}

fn pool(params: &Map<String, Json>, title: &str, lang: Lang) -> (String, String) {
    if params.get("taken").and_then(Json::as_bool) == Some(true) {
        let line = match lang {
            Lang::Zh => format!("客户「{title}」已退回公海"),
            Lang::En => format!("The customer “{title}” went back to the public pool"),
        };
        let why = match (lang, params.get("rule").and_then(Json::as_str)) {
            (Lang::Zh, Some(rule)) => format!("由规则「{rule}」移入"),
            (Lang::En, Some(rule)) => format!("Moved by the rule “{rule}”"),
            (Lang::Zh, None) => "未在规定时间内完成首次联系".to_owned(),
            (Lang::En, None) => "Nobody was in contact within the deadline".to_owned(),
        };
        return (line, why);
    }
    let due = params.get("due").and_then(Json::as_str).unwrap_or_default();
    match lang {
        Lang::Zh => (format!("客户「{title}」的首次联系快到期了"), format!("请在 {due} 前联系并记录，否则将退回公海")),
        Lang::En => (
            format!("The first contact with “{title}” is due soon"),
            format!("Be in contact and record it before {due}, or the customer goes to the public pool"),
        ),
    }
}

fn reminder(params: &Map<String, Json>, title: &str, lang: Lang) -> (String, String) {
    let due = params.get("due").and_then(Json::as_str).unwrap_or_default();
    let late = params.get("late").and_then(Json::as_bool).unwrap_or_default();
    let line = match (lang, late) {
        (Lang::Zh, false) => format!("任务「{title}」快到期了"),
        (Lang::Zh, true) => format!("任务「{title}」已到期"),
        (Lang::En, false) => format!("The task “{title}” is due soon"),
        (Lang::En, true) => format!("The task “{title}” is due"),
    };
    let body = match (lang, due) {
        (_, "") => String::new(),
        (Lang::Zh, due) => format!("截止 {due}"),
        (Lang::En, due) => format!("Due {due}"),
    };
    (line, body)
}

/// Who or which rule gave what; beneath it, about which customer.
fn assigned(params: &Map<String, Json>, actor: &str, object: &str, title: &str, lang: Lang) -> (String, String) {
    let number = |key: &str| params.get(key).and_then(Json::as_i64);
    let get = |key: &str| params.get(key).and_then(Json::as_str).unwrap_or_default();
    let who = match (lang, get("rule"), actor) {
        (Lang::Zh, "", "") => "系统".to_owned(),
        (Lang::En, "", "") => "The system".to_owned(),
        (Lang::Zh, "", actor) => format!("{actor} "),
        (Lang::En, "", actor) => actor.to_owned(),
        (Lang::Zh, rule, _) => format!("规则「{rule}」"),
        (Lang::En, rule, _) => format!("The rule “{rule}”"),
    };
    let line = match (lang, number("count").unwrap_or(1)) {
        (Lang::Zh, 1) if get("object") == "tasks" => format!("{who}给你安排了任务「{title}」"),
        (Lang::Zh, n) if get("object") == "tasks" => format!("{who}给你安排了 {n} 个任务"),
        (Lang::Zh, 1) => format!("{who}把{object}「{title}」交给了你"),
        (Lang::Zh, n) => format!("{who}把 {n} 条{object}记录交给了你"),
        (Lang::En, 1) => format!("{who} assigned the {} “{title}” to you", object.to_lowercase()),
        (Lang::En, n) => format!("{who} assigned {n} {} to you", object.to_lowercase()),
    };
    let about = match (lang, get("customer"), number("customers")) {
        (Lang::Zh, "", Some(n)) if n > 1 => format!("涉及 {n} 家客户"),
        (Lang::En, "", Some(n)) if n > 1 => format!("About {n} customers"),
        (_, customer, _) => customer.to_owned(),
    };
    (line, about)
}

/// Who handed over what somebody who leaves held; beneath it, how much of what.
fn handed_over(params: &Map<String, Json>, actor: &str, lang: Lang) -> (String, String) {
    let from = params.get("from").and_then(Json::as_str).unwrap_or_default();
    let part = |part: &Json| {
        let word = |key: &str| part.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let count = part.get("count").and_then(Json::as_i64).unwrap_or_default();
        match (lang, word("kind").as_str()) {
            (Lang::Zh, "managed_customers") => format!("{count} 家客户的专属经理"),
            (Lang::Zh, "account_teams") => format!("{count} 家客户的客户团队"),
            (Lang::Zh, _) => format!("{} {count}", word("object_zh")),
            (Lang::En, "managed_customers") => format!("dedicated manager of {count} customers"),
            (Lang::En, "account_teams") => format!("account team of {count} customers"),
            (Lang::En, _) => format!("{count} {}", word("object_en").to_lowercase()),
        }
    };
    let parts: Vec<String> = params.get("parts").and_then(Json::as_array).into_iter().flatten().map(part).collect();
    match lang {
        Lang::Zh => (format!("{actor} 把{from}的工作交接给了你"), parts.join("、")),
        Lang::En => (format!("{actor} handed {from}'s work over to you"), parts.join(", ")),
    }
}

fn alarm(params: &Map<String, Json>, lang: Lang) -> (String, String) {
    let get = |key: &str| params.get(key).and_then(Json::as_str).unwrap_or_default();
    let name = get("name");
    let (zh, en) = match get("code") {
        "rule_loop" => ("规则「{}」反复触发自己，已自动停止", "The rule “{}” kept triggering itself and was stopped"),
        "rule_invalid" => ("规则「{}」已无法执行，已自动停止", "The rule “{}” can no longer run and was stopped"),
        "rule_owner_gone" => (
            "规则「{}」的发布人已停用或发布它的 API 密钥已失效，规则已停止",
            "The rule “{}” was stopped because its publisher has left, or the API key that published it is no longer in force",
        ),
        "rule_late" => ("规则「{}」没有按时执行", "The rule “{}” did not run when it should have"),
        "rules_behind" => ("自动化规则处理滞后", "Rules are behind the changes they wait for"),
        "webhook_failing" => {
            ("推送「{}」连续失败，系统会继续重试", "The webhook “{}” keeps failing; it is tried again")
        }
        "webhook_parked" => (
            "推送「{}」失败超过 24 小时，未送达的内容已暂存，可手动重发",
            "The webhook “{}” has failed for 24 hours; what was not delivered is kept to be sent again",
        ),
        "webhook_recovered" => ("推送「{}」已恢复正常", "The webhook “{}” works again"),
        _ => ("{}", "{}"),
    };
    (lang.pick(zh, en).replace("{}", name), get("detail").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn params(json: Json) -> Map<String, Json> {
        json.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn one_record_is_named_and_many_are_counted() {
        let one = params(json!({ "actor": "李雷", "object_zh": "客户", "object_en": "Customer", "title": "张江科技" }));
        assert_eq!(render(NewsKind::Assigned, &one, Lang::Zh).0, "李雷 把客户「张江科技」交给了你");
        let many = params(json!({ "actor": "李雷", "object_en": "Customers", "count": 37 }));
        assert_eq!(render(NewsKind::Assigned, &many, Lang::En).0, "李雷 assigned 37 customers to you");
    }

    #[test]
    fn tasks_that_a_rule_makes_name_the_rule_and_the_customer() {
        let mut tasks = params(
            json!({ "actor": "李雷", "rule": "唤醒沉睡客户", "object": "tasks", "object_zh": "任务", "object_en": "Tasks", "count": 3, "customer": "张江科技" }),
        );
        let told = render(NewsKind::Assigned, &tasks, Lang::Zh);
        assert_eq!(told, ("规则「唤醒沉睡客户」给你安排了 3 个任务".to_owned(), "张江科技".to_owned()));
        tasks.remove("customer");
        tasks.insert("customers".to_owned(), 2.into());
        assert_eq!(render(NewsKind::Assigned, &tasks, Lang::En).1, "About 2 customers");
    }

    #[test]
    fn what_is_handed_over_is_told_in_one_piece() {
        let part = |kind: &str, zh: &str, en: &str, count: i64| json!({ "kind": kind, "object_zh": zh, "object_en": en, "count": count });
        let told = params(json!({ "actor": "李雷", "from": "王芳", "parts": [
            part("customers", "客户", "Customers", 12), part("tasks", "任务", "Task", 1), part("account_teams", "客户", "Customers", 2),
        ] }));
        let (line, body) = render(NewsKind::Assigned, &told, Lang::Zh);
        assert_eq!(
            (line.as_str(), body.as_str()),
            ("李雷 把王芳的工作交接给了你", "客户 12、任务 1、2 家客户的客户团队")
        );
        let (line, body) = render(NewsKind::Assigned, &told, Lang::En);
        assert_eq!(
            (line.as_str(), body.as_str()),
            ("李雷 handed 王芳's work over to you", "12 customers, 1 task, account team of 2 customers")
        );
    }

    #[test]
    fn an_alarm_names_what_stopped() {
        let stopped = params(json!({ "code": "rule_loop", "name": "升级" }));
        assert_eq!(render(NewsKind::Alarm, &stopped, Lang::Zh).0, "规则「升级」反复触发自己，已自动停止");
    }
}

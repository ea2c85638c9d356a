//! Words of lists, records and settings.

use super::messages;

messages! {
    perm_records = "业务数据", "Records";
    perm_others = "数据任务、分析与管理", "Jobs, figures and administration";
    perm_events = "变更记录", "Change log";
    perm_metrics = "指标", "Metrics";
    perm_reports = "报表", "Reports";
    perm_scores = "评分", "Scores";
    perm_settings = "组织设置", "Organisation settings";
    perm_contents = "内容与痛点", "Content and pain points";
    perm_pulses = "认可与团队脉搏", "Recognition and pulse";
    perm_goals = "目标", "Goals";
    perm_rules = "自动化规则", "Automation rules";
    perm_webhooks = "Webhook", "Webhooks";
    perm_notifications = "通知", "Notifications";
    perm_models = "模型", "Models";
    perm_files = "文件", "Files";
    perm_operations = "运维", "Operations";
    bulk_edit = "批量修改", "Edit";
    bulk_tags = "打标签", "Tags";
    bulk_edit_do(n: usize) = "修改 {n} 条", "Change {n} records";
    bulk_undone(n: usize) = "已撤销，{n} 条恢复为原来的值", "Taken back: {n} are as they were";
    bulk_undone_partly(n: usize, bad: usize, why: &str) = "{n} 条已恢复；{bad} 条没有恢复，因为之后又被修改过或已不可见：{why}", "{n} are as they were; {bad} are not, as they were changed again or are out of sight: {why}";
    tags_add = "添加标签", "Add tags";
    tags_remove = "移除标签", "Remove tags";
    field = "字段", "Field";
    new_value = "改为", "New value";
    choose_everything(n: &str) = "选择全部 {n} 条", "Select all {n}";
    gallery = "组件", "Components";
    g_buttons = "按钮与进度", "Buttons and progress";
    g_marks = "标记、头像与文字", "Marks, avatars and text";
    g_mark = "跟进中", "Active";
    g_fields = "输入框", "Fields";
    g_kinds = "各种字段", "Kinds of field";
    g_overlays = "弹层与提示", "Overlays and messages";
    g_chart = "图表", "Chart";
    g_loading = "加载中", "Loading";
    g_empty = "空状态", "Empty";
    g_dialog = "对话框", "Dialog";
    g_drawer = "抽屉", "Drawer";
    g_confirm = "确认", "Confirmation";
    g_toast_ok = "成功提示", "Success";
    g_toast_err = "失败提示", "Failure";
    g_toast_undo = "可撤销提示", "With undo";
}

//! Words of lists, records and settings.

use super::messages;

messages! {
    perm_records = "业务数据", "Records";
    perm_others = "数据任务、分析与管理", "Jobs, figures and administration";
    perm_events = "变更记录", "Change log";
    perm_metrics = "指标", "Metrics";
    setup_log = "设置变更记录", "Set-up log";
    setup_log_body = "谁在什么时候改了人员、角色、密钥、字段、规则、推送，以及评分、公海、工作日和组织设置。", "Who changed people, roles, keys, fields, rules, webhooks, and the settings of scores, the pool, working days and the organisation, and when.";
    setup_as_before = "原来的地址", "The one before";
    setup_as_shipped = "出厂内容", "As shipped";
    setup_scores = "评分设置", "Settings of scores";
    setup_log_rest(n: i64) = "另有 {n} 处变化", "{n} more changes", "{n} more change";
    setup_key = "标识", "Key";
    setup_state = "状态", "State";
    setup_number = "版本", "Version";
    setup_object = "对象", "Object";
    setup_created = "新建了", "added";
    setup_updated = "修改了", "changed";
    setup_deleted = "删除了", "removed";
    setup_restored = "恢复了", "restored";
    setup_revoked = "停用了", "revoked";
    setup_roles_changed = "调整了角色分配：", "changed the roles of";
    setup_password_changed = "修改了密码：", "changed the password of";
    setup_password_granted = "重设了密码：", "set a password for";
    setup_published = "发布了", "published";
    setup_paused = "暂停了", "paused";
    setup_resumed = "恢复运行", "resumed";
    setup_stopped = "停止了", "stopped";
    perm_reports = "报表", "Reports";
    perm_scores = "评分", "Scores";
    perm_settings = "组织设置", "Organisation settings";
    perm_contents = "内容与痛点", "Content and pain points";
    perm_pulses = "认可与团队脉搏", "Recognition and pulse";
    perm_goals = "目标", "Goals";
    perm_rules = "自动化规则", "Automation rules";
    perm_webhooks = "Webhook", "Webhooks";
    perm_operations = "运维", "Operations";
    bulk_edit = "批量修改", "Edit";
    bulk_tags = "打标签", "Tags";
    bulk_edit_do(n: usize) = "修改 {n} 条", "Change {n} records", "Change {n} record";
    bulk_undone(n: usize) = "已撤销，{n} 条恢复为原来的值", "Taken back: {n} are as they were", "Taken back: {n} is as it was";
    bulk_undone_partly(n: usize, bad: usize, why: &str) = "{n} 条已恢复；{bad} 条没有恢复，因为之后又被修改过或已不可见：{why}", "{n} are as they were; {bad} are not, as they were changed again or are out of sight: {why}";
    tags_add = "添加标签", "Add tags";
    tags_remove = "移除标签", "Remove tags";
    field = "字段", "Field";
    new_value = "改为", "New value";
    choose_everything(n: &str) = "选择全部 {n} 条", "Select all {n}";
    gallery = "组件", "Components";
    g_pickers = "人员、记录与日期的选择", "People, records and days";
    g_scores = "分数、指标与步骤", "Scores, figures and steps";
    g_files = "文件与上传", "Files and uploads";
    g_list = "列表", "List";
    g_phone_list = "手机列表", "List on a phone";
    g_waiting = "等待发送", "Waiting to be sent";
    g_hint = "悬停提示", "Hint";
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
    day_range = "起止日期", "From and to";
    day_range_wrong = "开始日期晚于结束日期", "The first day is after the last";
    score_parts = "由这些指标按权重得出", "Made of these, by weight";
    unknown_score = "未知", "unknown";
    score_why = "，为什么", ", why";
}

impl crate::i18n::Lang {
    /// What a role of the product is called; one of the organisation's own by its key, for those who may not read roles.
    pub(crate) fn role_name(self, key: &str) -> String {
        let name = match key {
            "administrator" => self.pick("管理员", "Administrator"),
            "director" => self.pick("销售总监", "Director"),
            "manager" => self.pick("销售经理", "Manager"),
            "representative" => self.pick("销售代表", "Representative"),
            "marketing" => self.pick("市场", "Marketing"),
            "service" => self.pick("客户服务", "Service"),
            "finance" => self.pick("财务", "Finance"),
            "read_only" => self.pick("只读", "Read-only"),
            "integration" => self.pick("系统集成", "Integration"),
            own => return own.to_owned(),
        };
        name.to_owned()
    }
}

/// Words around the name of an object, which is small inside an English sentence.
impl crate::i18n::Lang {
    fn around(self, what: &str, zh: (&str, &str), en: (&str, &str)) -> String {
        match self {
            crate::i18n::Lang::Zh => [zh.0, what, zh.1].concat(),
            crate::i18n::Lang::En => [en.0, &what.to_lowercase(), en.1].concat(),
        }
    }

    pub(crate) fn search_in(self, what: &str) -> String {
        self.around(what, ("搜索", ""), ("Search ", ""))
    }

    pub(crate) fn all_of(self, what: &str) -> String {
        self.around(what, ("全部", ""), ("All ", ""))
    }

    pub(crate) fn new_of(self, what: &str) -> String {
        self.around(what, ("新建", ""), ("New ", ""))
    }

    pub(crate) fn empty_list(self, what: &str) -> String {
        self.around(what, ("还没有", ""), ("No ", " yet"))
    }

    pub(crate) fn empty_filtered(self, what: &str) -> String {
        self.around(what, ("没有符合条件的", ""), ("No ", " match"))
    }

    pub(crate) fn empty_related(self, what: &str) -> String {
        self.around(what, ("还没有", ""), ("No ", " yet"))
    }
}

//! What issues and stops of imports say to their reader.

use crate::problem::{Lang, field_message};

/// The message of an issue's code, in the reader's language.
pub fn issue_message(lang: Lang, code: &str, detail: &str) -> String {
    let (zh, en) = match code {
        "cell_too_long" => ("单元格过长，未导入", "The cell is too long and was not imported"),
        "nul_removed" => ("空字符已去除", "NUL characters were removed"),
        "bad_text" => ("含有无法识别的字符", "Some bytes are no text in the file's encoding"),
        "unclosed_quote" => ("引号没有闭合", "A quotation mark is never closed"),
        "sheet_error" => ("单元格是公式错误", "The cell holds a spreadsheet error"),
        "missing_cells" => ("列数少于表头", "The row has fewer cells than the header"),
        "extra_cells" => ("列数多于表头，多出的已忽略", "The row has more cells than the header; they were left out"),
        "shortened_number" => (
            "长数字已被表格软件缩写成科学计数，末几位已丢失；请把该列设为文本后重新导出",
            "A spreadsheet has shortened this long number and its last digits are lost; export the column as text",
        ),
        "mask_kept" => ("单元格里是打码后的值，未导入", "The cell holds a mask of the value and was not imported"),
        "merged_amount" => (
            "合并单元格中的金额或数量只计入首行",
            "An amount in a cell merged over several rows counts for the first of them",
        ),
        "not_whole" => ("应为整数", "Not a whole number"),
        "not_a_number" => ("不是数字", "Not a number"),
        "not_yes_or_no" => ("应为是或否", "Neither yes nor no"),
        "not_a_date" => ("不是有效日期", "Not a date"),
        "not_a_time" => ("不是有效时间", "Not a time"),
        "unknown_choice" => ("不在可选项中", "Not one of the options"),
        "link_not_found" => ("找不到关联的记录", "No such linked record"),
        "ambiguous_link" => ("有多个同名记录，无法确定", "Several records have this name"),
        "link_created" => ("关联的记录不存在，已新建", "The linked record did not exist and was created"),
        "link_not_created" => {
            ("关联的记录不存在，也无法新建", "The linked record does not exist and could not be created")
        }
        "link_needs_fields" => (
            "关联的记录不存在；它有必填的自定义字段，不能只凭名称新建",
            "The linked record does not exist and has required custom fields, so a name alone does not make it",
        ),
        "value_replaced" => ("已替换为：{}", "Taken as: {}"),
        "empty_cell" => ("空单元格", "Empty cells"),
        "left_empty" => ("按设置留空", "Left empty as decided"),
        "repeated_key" => ("文件中有重复的行，已合并", "The row is about a record of an earlier row"),
        "several_records_match" => ("有多条已有记录与该行匹配", "Several existing records match the row"),
        "record_not_found" => ("没有这个编号的记录", "There is no record with this id"),
        "create_not_allowed" => ("无权新建记录", "You may not make new records"),
        "record_not_yours" => ("无权修改这条记录", "You may not change this record"),
        "closed_before_engaged" => ("关闭日早于开始跟进日", "Closed before it was engaged"),
        "changed_meanwhile" => ("记录同时被他人修改", "The record was changed by somebody else meanwhile"),
        "linked_record_missing" => ("关联的记录不存在", "A linked record does not exist"),
        "archived" => ("记录已归档", "The record is archived"),
        "in_use" => ("仍有记录在使用，不能这样修改", "Live records still stand on it"),
        "not_an_id" => ("不是有效的编号", "Not a valid id"),
        "not_importable" => ("该字段不能从文件导入", "This field cannot be filled from a file"),
        "required" if !detail.is_empty() => ("缺少必填字段：{}", "A required field is missing: {}"),
        _ => return field_message(lang, code, detail),
    };
    lang.pick(zh, en).replace("{}", detail)
}

/// Why a background job stopped as a whole, an import or an export, in the reader's language.
pub fn stop_message(lang: Lang, code: &str) -> String {
    let (zh, en) = match code {
        "forbidden" => ("发起人已没有所需的权限", "whoever started it no longer has the permission for it"),
        "not_found" => ("所需的文件或账号已不存在", "the file or the account that it needs is gone"),
        "session_ended" | "not_logged_in" => {
            ("发起人的账号已停用", "the account of whoever started it is no longer active")
        }
        "default_owner_missing" => ("选定的负责人已不存在", "the owner that was chosen is no longer there"),
        "default_missing" => (
            "为所有记录选定的关联记录已不存在或不可见",
            "a record that was chosen for all rows is no longer there, or not visible to whoever started it",
        ),
        "receiver_inactive" => ("接手人已停用", "whoever was to take over is no longer active"),
        "invalid_token" => ("发起时使用的 API 密钥已停用", "the API key that started it has been revoked"),
        "too_many_attempts" => {
            ("多次尝试后仍未完成，请联系管理员", "it did not end after many attempts; please tell your administrator")
        }
        "internal" => ("系统出错，请联系管理员", "something failed on our side; please tell your administrator"),
        _ => return issue_message(lang, code, ""),
    };
    lang.pick(zh, en).to_owned()
}

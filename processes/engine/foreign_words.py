"""Room foreign: what the extensions of other tools are called in Chinese, and why they do not stay."""

from __future__ import annotations

CODE = "其他工具的程序代码不会执行，已删除"
ROLE = "办理人由泳道和权限决定，已删除"
TECHNICAL = "只对原工具有意义，已删除"
FORM = "其他工具的表单不能使用，已删除；请选择本系统的表单或自绘字段"
DATA = "引擎不执行数据对象和数据关联，已删除；请改用自绘字段"

# Local name of an extension element or attribute → what it is, and why it goes.
EXTENSIONS: dict[str, tuple[str, str]] = {
    "script": ("脚本", CODE),
    "executionListener": ("执行监听器", CODE),
    "taskListener": ("任务监听器", CODE),
    "connector": ("连接器", CODE),
    "class": ("Java 类", CODE),
    "delegateExpression": ("委托表达式", CODE),
    "expression": ("服务表达式", CODE),
    "resultVariable": ("结果变量", CODE),
    "taskDefinition": ("外部作业", CODE),
    "type": ("服务类型", CODE),
    "topic": ("外部作业主题", CODE),
    "field": ("注入的字段", CODE),
    "inputOutput": ("输入输出映射", CODE),
    "ioMapping": ("输入输出映射", CODE),
    "taskHeaders": ("作业参数", CODE),
    "resource": ("脚本文件", CODE),
    "assignee": ("办理人", ROLE),
    "owner": ("所有者", ROLE),
    "candidateUsers": ("候选办理人", ROLE),
    "candidateGroups": ("候选部门", ROLE),
    "assignmentDefinition": ("办理人", ROLE),
    "candidateStarterGroups": ("可发起部门", ROLE),
    "candidateStarterUsers": ("可发起人", ROLE),
    "formKey": ("表单", FORM),
    "formRef": ("表单", FORM),
    "formDefinition": ("表单", FORM),
    "formData": ("表单字段", FORM),
    "formProperty": ("表单字段", FORM),
    "userTaskForm": ("表单", FORM),
    "dueDate": ("到期时间", "时限请画成任务上的计时器，已删除"),
    "taskSchedule": ("到期时间", "时限请画成任务上的计时器，已删除"),
    "followUpDate": ("跟进时间", "时限请画成任务上的计时器，已删除"),
    "priority": ("优先级", "请在属性面板中设置急件，已删除"),
}
# Plain BPMN that no engine of ours heeds and without which the flow is the same.
BESIDE: dict[str, tuple[str, str]] = {
    "script": ("脚本", CODE),
    "potentialOwner": ("办理人", ROLE),
    "humanPerformer": ("办理人", ROLE),
    "performer": ("办理人", ROLE),
    "resourceRole": ("办理人", ROLE),
    "rendering": ("表单", FORM),
    "ioSpecification": ("数据说明", DATA),
    "property": ("数据属性", DATA),
    "dataInputAssociation": ("数据关联", DATA),
    "dataOutputAssociation": ("数据关联", DATA),
    "dataObject": ("数据对象", DATA),
    "dataObjectReference": ("数据对象", DATA),
    "dataStore": ("数据存储", DATA),
    "dataStoreReference": ("数据存储", DATA),
    "itemDefinition": ("数据类型", DATA),
    "messageFlow": ("消息流", "引擎不执行消息流，已删除"),
    "group": ("分组", TECHNICAL),
    "category": ("分组", TECHNICAL),
    "import": ("引用的文件", "不能引用其他文件，已删除"),
    "interface": ("服务接口", CODE),
    "resource": ("资源", ROLE),
    "error": ("错误定义", TECHNICAL),
    "escalation": ("升级定义", TECHNICAL),
    "relationship": ("关系", TECHNICAL),
    "extension": ("扩展声明", TECHNICAL),
    "auditing": ("审计设置", TECHNICAL),
    "monitoring": ("监控设置", TECHNICAL),
}
# Where in a name space it says whose it is.
TOOLS = {
    "camunda.org/schema/1.0": "Camunda 7",
    "camunda.org/schema/zeebe": "Camunda 8",
    "signavio": "Signavio",
    "bizagi": "Bizagi",
    "flowable": "Flowable",
    "activiti": "Activiti",
    "jboss": "jBPM",
    "drools": "jBPM",
    "trisotech": "Trisotech",
}
# Not worth a line each: remarks of the tool for itself.
REMARKS = ("signavio", "bizagi", "trisotech")


def tool_of(space: str) -> str:
    """The tool that a name space belongs to."""
    return next((tool for mark, tool in TOOLS.items() if mark in space.lower()), "其他工具")

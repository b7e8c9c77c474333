"""What a program sends to each route of the REST door when only the door itself is tried: enough to be read."""

from __future__ import annotations

from typing import Any

BODIES: dict[str, Any] = {
    "api.retry_jobs": {"kind": "timer"},
    "api.propose_notice": {"text": ""},
    "api.save_fields": {"fields": {}},
    "api.record_objection": {"answers": {}},
    "api.withdraw_case": {"reason": "无"},
    "api.complete_task": {"answers": {}},
    "api.act_on_arrears": {"answers": {}},
    "api.record_credit_info": {"answers": {}},
    "api.record_query": {"answers": {}},
    "api.report_exit": {"uscc": "", "answers": {}},
    "api.propose_blacklisting": {"uscc": "", "answers": {}},
    "api.receive_blacklisting": {"answers": {"measures": "无"}},
    "api.pause_task": {"answers": {}},
    "api.resume_pause": {"answers": {"resumed_on": "2026-03-02", "result": "无"}},
    "api.decide_pause": {"answers": {"decision": "approve", "decision_text": "无"}},
    "api.answer_opinions": {"opinions": [{"candidate": 1, "result": "pass"}]},
    "api.hand_in_opinions": {},
    "api.decide_candidates": {"meeting": 1, "decisions": [{"candidate": 1, "decision": "approve"}]},
    "api.remind_departments": {"departments": []},
    "api.issue_supervisions": {"departments": [], "text": "无", "due_on": "2026-03-31"},
    "api.answer_supervision": {"text": "无"},
    "api.close_supervision": {"text": "无"},
    "api.create_migration": {"to": 1, "reason": ""},
    "api.import_version": {"files": {}},
    "api.take_back_version": {"reason": "无"},
    "api.set_process_review": {"four_eyes": True, "reason": "无"},
    "api.propose_draft": {"draft": 1, "reason": "无"},
    "api.decide_proposal": {"decision": "return"},
    "api.check_table": {"name": "a.dmn", "dmn": "<a/>"},
    "api.begin_replay": {"from_on": "2026-01-01", "to_on": "2026-01-02"},
    "api.create_case": {"scheme": "", "applicant_type": "", "fields": {}},
}

"""Room blank: the smallest drawing that runs: one lane, one step with one drawn field, one end."""

from __future__ import annotations

from html import escape

_NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)
_DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions {namespaces} id="definitions_{key}" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:collaboration id="collaboration_{key}">
    <bpmn:participant id="pool_{key}" name="{name}" processRef="{key}" />
  </bpmn:collaboration>
  <bpmn:process id="{key}" name="{name}" isExecutable="true">
    <bpmn:extensionElements><spiffworkflow:properties>
      <spiffworkflow:property name="startable" value="yes" />
    </spiffworkflow:properties></bpmn:extensionElements>
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="lane_first" name="人社部门">
        <bpmn:flowNodeRef>submitted</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>first_step</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>finished</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="submitted" name="提交申请">
      <bpmn:outgoing>flow_to_first_step</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:userTask id="first_step" name="受理审查">
      <bpmn:extensionElements><spiffworkflow:properties>
        <spiffworkflow:property name="form" value="drawn" />
        <spiffworkflow:property name="status" value="processing" />
        <spiffworkflow:property name="permission" value="task:work" />
        <spiffworkflow:property name="field:opinion" value="{field}" />
      </spiffworkflow:properties></bpmn:extensionElements>
      <bpmn:incoming>flow_to_first_step</bpmn:incoming>
      <bpmn:outgoing>flow_to_finished</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="finished" name="办结">
      <bpmn:extensionElements><spiffworkflow:properties>
        <spiffworkflow:property name="status" value="{status}" />
      </spiffworkflow:properties></bpmn:extensionElements>
      <bpmn:incoming>flow_to_finished</bpmn:incoming>
      <bpmn:terminateEventDefinition id="finished_def" />
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="flow_to_first_step" sourceRef="submitted" targetRef="first_step" />
    <bpmn:sequenceFlow id="flow_to_finished" sourceRef="first_step" targetRef="finished" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="collaboration_{key}">
      <bpmndi:BPMNShape id="pool_{key}_di" bpmnElement="pool_{key}" isHorizontal="true">
        <dc:Bounds x="160" y="80" width="700" height="240" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="lane_first_di" bpmnElement="lane_first" isHorizontal="true">
        <dc:Bounds x="190" y="80" width="670" height="240" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="submitted_di" bpmnElement="submitted">
        <dc:Bounds x="262" y="182" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="258" y="225" width="44" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="first_step_di" bpmnElement="first_step">
        <dc:Bounds x="400" y="160" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="finished_di" bpmnElement="finished">
        <dc:Bounds x="642" y="182" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="649" y="225" width="22" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="flow_to_first_step_di" bpmnElement="flow_to_first_step">
        <di:waypoint x="298" y="200" /><di:waypoint x="400" y="200" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="flow_to_finished_di" bpmnElement="flow_to_finished">
        <di:waypoint x="500" y="200" /><di:waypoint x="642" y="200" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
_FIELD = '{"label":"审查意见","kind":"paragraph","required":true}'


def blank_drawing(key: str, name: str) -> str:
    """A pool with one lane, a start, one step and an end that terminates: it passes the check as it is."""
    return _DRAWING.format(
        namespaces=_NAMESPACES, key=key, name=escape(name), field=escape(_FIELD), status="completed"
    )

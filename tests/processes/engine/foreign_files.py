"""Files in the manner of other modelers, written for these tests."""

from __future__ import annotations

_BPMN = 'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_PICTURE = 'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'


def _shape(element: str) -> str:
    return (
        f'<bpmndi:BPMNShape id="{element}_di" bpmnElement="{element}">'
        '<dc:Bounds x="10" y="10" width="36" height="36" /></bpmndi:BPMNShape>'
    )


CAMUNDA_7 = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions {_BPMN} {_PICTURE} xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d"
 targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler" exporterVersion="5.1">
 <bpmn:process id="invoice" name="发票" isExecutable="true" camunda:historyTimeToLive="180">
  <bpmn:extensionElements><camunda:executionListener class="org.example.Started" event="start" /></bpmn:extensionElements>
  <bpmn:startEvent id="begin" camunda:initiator="me"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
  <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="approve" />
  <bpmn:userTask id="approve" name="审批" camunda:candidateGroups="人社部门" camunda:formKey="embedded:app:a.html">
   <bpmn:extensionElements>
    <camunda:formData>
     <camunda:formField id="approvedAmount" label="核定金额" type="long"><camunda:validation>
      <camunda:constraint name="required" /></camunda:validation></camunda:formField>
     <camunda:formField id="way" label="方式" type="enum"><camunda:value id="a b" name="甲" />
      <camunda:value id="c" name="乙" /></camunda:formField>
     <camunda:formField id="odd" label="其他" type="custom" />
    </camunda:formData>
    <camunda:taskListener event="create"><camunda:script scriptFormat="groovy">"id".execute()</camunda:script>
    </camunda:taskListener>
   </bpmn:extensionElements>
  </bpmn:userTask>
  <bpmn:sequenceFlow id="f2" sourceRef="approve" targetRef="which" />
  <bpmn:exclusiveGateway id="which" default="f4" />
  <bpmn:sequenceFlow id="f3" sourceRef="which" targetRef="pay">
   <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{amount &gt; 5 &amp;&amp; !is_person}}</bpmn:conditionExpression>
  </bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f4" sourceRef="which" targetRef="finish" />
  <bpmn:serviceTask id="pay" name="付款" camunda:delegateExpression="${{payBean}}" camunda:asyncBefore="true">
   <bpmn:extensionElements><camunda:connector><camunda:connectorId>http-connector</camunda:connectorId>
   <camunda:inputOutput><camunda:inputParameter name="u">http://x</camunda:inputParameter></camunda:inputOutput>
   </camunda:connector></bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:sequenceFlow id="f5" sourceRef="pay" targetRef="finish" />
  <bpmn:endEvent id="finish" />
  <bpmn:dataObject id="o1" /><bpmn:dataObjectReference id="r1" dataObjectRef="o1" />
 </bpmn:process>
 <bpmndi:BPMNDiagram id="g"><bpmndi:BPMNPlane id="p" bpmnElement="invoice">{_shape("begin")}{_shape("r1")}
 </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>""".encode()

CAMUNDA_8 = f"""<bpmn:definitions {_BPMN} xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
 xmlns:modeler="http://camunda.org/schema/modeler/1.0" targetNamespace="t" modeler:executionPlatform="Camunda Cloud">
 <bpmn:process id="p8" isExecutable="true">
  <bpmn:startEvent id="begin" /><bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="look" />
  <bpmn:userTask id="look" name="核查"><bpmn:extensionElements><zeebe:assignmentDefinition assignee="=me"
   candidateGroups="人社部门" /><zeebe:formDefinition formId="f" /><zeebe:ioMapping>
   <zeebe:input source="=x" target="y" /></zeebe:ioMapping></bpmn:extensionElements></bpmn:userTask>
  <bpmn:boundaryEvent id="late" attachedToRef="look"><bpmn:timerEventDefinition>
   <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">=duration("P7D")</bpmn:timeDuration></bpmn:timerEventDefinition>
  </bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f2" sourceRef="look" targetRef="rule" />
  <bpmn:businessRuleTask id="rule"><bpmn:extensionElements>
   <zeebe:calledDecision decisionId="risk" resultVariable="r" /></bpmn:extensionElements></bpmn:businessRuleTask>
  <bpmn:sequenceFlow id="f3" sourceRef="rule" targetRef="which" />
  <bpmn:exclusiveGateway id="which" default="f5" />
  <bpmn:sequenceFlow id="f4" sourceRef="which" targetRef="done"><bpmn:conditionExpression
   xsi:type="bpmn:tFormalExpression">= amount = 5 and is_person</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f5" sourceRef="which" targetRef="other" />
  <bpmn:sequenceFlow id="f6" sourceRef="which" targetRef="other2"><bpmn:conditionExpression
   xsi:type="bpmn:tFormalExpression">=every x in xs satisfies x &gt; 1</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f7" sourceRef="late" targetRef="over" />
  <bpmn:endEvent id="done" /><bpmn:endEvent id="other" /><bpmn:endEvent id="other2" /><bpmn:endEvent id="over" />
 </bpmn:process></bpmn:definitions>""".encode()

SIGNAVIO = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:signavio="http://www.signavio.com" {_PICTURE}
 exporter="Signavio Process Editor" expressionLanguage="http://www.w3.org/1999/XPath" id="sid-1"
 targetNamespace="http://www.signavio.com" typeLanguage="http://www.w3.org/2001/XMLSchema"
 xsi:schemaLocation="http://www.omg.org/spec/BPMN/20100524/MODEL http://www.omg.org/BPMN20.xsd">
 <collaboration id="sid-c"><extensionElements><signavio:signavioMetaData metaKey="m" metaValue="1" /></extensionElements>
  <participant id="sid-p1" name="县" processRef="sid-2" /><participant id="sid-p2" name="申请人" processRef="sid-3" />
  <messageFlow id="sid-m" sourceRef="sid-p2" targetRef="sid-p1" /></collaboration>
 <process id="sid-2" isClosed="false" isExecutable="false" processType="None">
  <extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffff" /></extensionElements>
  <laneSet id="sid-l"><lane id="sid-l1" name="人社部门"><flowNodeRef> sid-a </flowNodeRef><flowNodeRef>
  sid-s</flowNodeRef></lane></laneSet>
  <startEvent id="sid-s" name=""><extensionElements><signavio:signavioMetaData metaKey="x" metaValue="" />
  </extensionElements></startEvent>
  <task completionQuantity="1" id="sid-a" isForCompensation="false" name="受理" startQuantity="1" />
  <endEvent id="sid-e" />
  <sequenceFlow id="sid-f1" sourceRef="sid-s" targetRef="sid-a" />
  <sequenceFlow id="sid-f2" sourceRef="sid-a" targetRef="sid-e" />
 </process><process id="sid-3" />
</definitions>""".encode()

BIZAGI = """<?xml version="1.0" encoding="utf-16"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bz="http://www.bizagi.com/bpmn20"
 targetNamespace="http://www.bizagi.com/definitions/_1">
 <process id="Id_1" name="流程"><extensionElements><bz:BizagiExtensions><bz:BizagiProperties>
  <bz:BizagiProperty name="bgColor" value="White" /></bz:BizagiProperties></bz:BizagiExtensions></extensionElements>
  <startEvent id="Id_2" name="开始" /><manualTask id="Id_3" name="登记"><ioSpecification><inputSet /><outputSet />
  </ioSpecification></manualTask><scriptTask id="Id_4" name="算" scriptFormat="text/javascript"><script>evil()</script>
  </scriptTask><endEvent id="Id_5" />
  <sequenceFlow id="Id_6" sourceRef="Id_2" targetRef="Id_3" /><sequenceFlow id="Id_7" sourceRef="Id_3" targetRef="Id_4" />
  <sequenceFlow id="Id_8" sourceRef="Id_4" targetRef="Id_5" />
 </process></definitions>""".encode("utf-16")

FLOWABLE = f"""<bpmn:definitions {_BPMN} xmlns:flowable="http://flowable.org/bpmn" targetNamespace="t">
 <bpmn:process id="leave" isExecutable="true" flowable:candidateStarterGroups="all"><bpmn:startEvent id="begin" />
  <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="ask" />
  <bpmn:userTask id="ask" name="填报" flowable:assignee="${{initiator}}"><bpmn:extensionElements>
   <flowable:formProperty id="days" name="天数" type="long" required="true" />
   <flowable:executionListener event="end" expression="${{execution.setVariable('a', 1)}}" /></bpmn:extensionElements>
   <bpmn:potentialOwner><bpmn:resourceAssignmentExpression><bpmn:formalExpression>group(x)</bpmn:formalExpression>
   </bpmn:resourceAssignmentExpression></bpmn:potentialOwner></bpmn:userTask>
  <bpmn:boundaryEvent id="late" attachedToRef="ask"><bpmn:timerEventDefinition>
   <bpmn:timeCycle flowable:endDate="x">0 0 12 * * ?</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="which" /><bpmn:exclusiveGateway id="which" default="f4" />
  <bpmn:sequenceFlow id="f3" sourceRef="which" targetRef="a"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"
   language="groovy">execution.getVariable('x')</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f4" sourceRef="which" targetRef="b" /><bpmn:sequenceFlow id="f5" sourceRef="late" targetRef="c" />
  <bpmn:endEvent id="a" /><bpmn:endEvent id="b" /><bpmn:endEvent id="c" />
 </bpmn:process></bpmn:definitions>""".encode()

BPMN_IO = f"""<bpmn:definitions {_BPMN} {_PICTURE} xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" id="D"
 targetNamespace="http://bpmn.io/schema/bpmn">
 <bpmn:process id="Process_1" isExecutable="false"><bpmn:startEvent id="StartEvent_1" />
  <bpmn:sequenceFlow id="f1" sourceRef="StartEvent_1" targetRef="Activity_1" />
  <bpmn:task id="Activity_1" name="做" /><bpmn:sequenceFlow id="f2" sourceRef="Activity_1" targetRef="Event_1" />
  <bpmn:endEvent id="Event_1" /><bpmn:group id="G" /><bpmn:textAnnotation id="T"><bpmn:text>说明</bpmn:text>
  </bpmn:textAnnotation></bpmn:process>
 <bpmndi:BPMNDiagram id="g"><bpmndi:BPMNPlane id="p" bpmnElement="Process_1">{_shape("StartEvent_1")}
 {_shape("Activity_1")}{_shape("Event_1")}{_shape("G")}{_shape("T")}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>""".encode()

FILES = {
    "Camunda 7": CAMUNDA_7,
    "Camunda 8": CAMUNDA_8,
    "Signavio": SIGNAVIO,
    "Bizagi": BIZAGI,
    "Flowable": FLOWABLE,
    "bpmn.io": BPMN_IO,
}

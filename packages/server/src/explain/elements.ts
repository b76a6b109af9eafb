/** An explanation as the elements of the answer. */
import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import { listElement, optional } from '../query/define-action.ts';
import type { Check, PermissionDecision } from './check.ts';
import type { Explained } from './explain-request.ts';
import { claimedAccessKey, nameOf } from './signature.ts';

export function explainedElements({
  method,
  addressed,
  operation,
  principal,
  checks,
  refusal,
}: Explained): readonly (XmlNode | undefined)[] {
  return [
    // What the operation itself makes of its body, its conditions or a range, nobody knows before it runs.
    element('Outcome', refusal === undefined ? 'accepted' : 'refused'),
    ...(refusal === undefined
      ? []
      : [element('Status', refusal.status), element('Code', refusal.code), element('Message', refusal.message)]),
    element('Method', method),
    optional('Operation', operation?.name),
    optional('Bucket', addressed?.bucket),
    optional('Key', addressed?.key),
    optional('Principal', principal && nameOf(principal)),
    optional('AccessKeyId', addressed && claimedAccessKey(addressed)),
    listElement('Checks', checks.map(checkElements)),
  ];
}

function checkElements({ name, outcome, explanation, refusal, decisions, difference, seen }: Check): XmlNode[] {
  return [
    element('Check', name),
    element('Outcome', outcome),
    element('Explanation', explanation),
    ...present([
      optional('Code', refusal?.code),
      decisions && listElement('Decisions', decisions.map(decisionElements)),
      difference &&
        element('Difference', [
          element('Part', difference.part),
          optional('Signed', difference.signed),
          optional('Received', difference.received),
        ]),
      optional('StringToSign', seen?.stringToSign),
      optional('CanonicalRequest', seen?.canonicalRequest),
    ]),
  ];
}

function decisionElements({ action, resource, effect, layer, statement, explanation }: PermissionDecision): XmlNode[] {
  return [
    element('Action', action),
    element('Resource', resource),
    element('Effect', effect),
    ...present([
      optional('Layer', layer),
      statement &&
        element('Statement', [
          element('Policy', statement.policy),
          optional('Sid', statement.sid),
          // Statements are counted from 1 where people read it.
          element('Number', statement.index + 1),
        ]),
    ]),
    element('Explanation', explanation),
  ];
}

const present = (elements: readonly (XmlNode | undefined)[]): XmlNode[] => elements.filter((node) => node !== undefined);

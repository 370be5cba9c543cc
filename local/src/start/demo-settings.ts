import { type EmulatorState } from './emulator-state.js';

/** The employees of the recorded calls, by both PBXs' names for them. */
export const demoEmployees = [
  { pbxId: '40016', login: 'ivanov', ext: '101', phones: ['+79035550101'], name: 'Иванов Пётр' },
  { pbxId: '40017', login: 'petrova', ext: '102', phones: ['+79035550103'], name: 'Петрова Анна' },
];

/**
 * A new client who calls and is answered gets a contact and a deal, one who is called and answers a contact; not answered,
 * an entry in "Неразобранное" in both directions. Each cell of known clients has an action of its own, and hidden numbers
 * are kept where they called: so the sample shows every action.
 */
export function demoIntegration(portalId: string, crm: EmulatorState): unknown {
  const [pipeline] = crm.pipelines;
  const [user] = crm.users;
  // The first stage of an amoCRM pipeline is "Неразобранное", where a deal cannot be created.
  const statusId = pipeline?.stageIds[1];
  if (pipeline === undefined || user === undefined || statusId === undefined) {
    throw new Error('the amoCRM emulator has no pipeline with stages, or no users');
  }
  const inPipeline = { enabled: true, pipelineId: pipeline.id };
  const contactAndDeal = { ...inPipeline, action: 'create_contact_and_deal', statusId };
  const dealAlways = { ...inPipeline, action: 'create_deal_always', statusId };
  const unsorted = { ...inPipeline, action: 'create_unsorted' };
  const contact = { enabled: true, action: 'create_contact' };
  const direction = {
    tagging: { enabled: false, number: 'client' },
    // A day: a shorter term would count from the writing wherever the sample's calls are long over (R6).
    answeredTask: { enabled: true, text: 'Обработать звонок: {phone}', dueInMinutes: 1440 },
    missedTask: { enabled: true, text: 'Перезвонить: {phone}', dueInMinutes: 1440 },
    defaultResponsibleUserId: user.id,
    filteredNumbers: [],
    logCalls: true,
    createAt: 'answer',
    acceptedBy: 'first',
    activeDealScope: 'all',
    hiddenNumbers: 'ignore',
    unsortedRecordWaitSec: 0,
  };
  return {
    active: true,
    portalId,
    incoming: {
      ...direction,
      cells: {
        answeredUnknown: contactAndDeal,
        missedUnknown: unsorted,
        answeredKnown: contactAndDeal,
        missedKnown: unsorted,
      },
      hiddenNumbers: 'unsorted',
      personalManagerRouting: true,
    },
    outgoing: {
      ...direction,
      cells: {
        answeredUnknown: contact,
        missedUnknown: unsorted,
        answeredKnown: dealAlways,
        missedKnown: contactAndDeal,
      },
    },
  };
}

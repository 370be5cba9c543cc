import type { sources as words } from '../ru/sources';

export const sources: typeof words = {
  sources: {
    title: 'Telephony',
    lead: 'Where calls come from. Add your PBX and paste the address into its cabinet.',
    none: 'No PBX is connected yet.',
    kinds: {
      uis: 'MegaFon Contact platform, UIS',
      itoolabs: 'MegaFon Virtual PBX',
      canonical: 'A PBX of your own, or Kafka',
    },
    secrets: { uis: 'Secret', itoolabs: 'Authorisation key (crm_token)', canonical: 'Secret of the signature' },
    events: 'Address for events',
    route: 'Address for the personal manager',
    rotate: 'New secret',
    steps: {
      uis: [
        'Cabinet → Notifications: add «Входящий звонок», «Исходящий звонок», «Ожидание ответа», «Начало разговора», «Завершение звонка», «Потерянный звонок», «Записанный разговор».',
        'Kind HTTP, method POST, the address for events from here. Put {{notification_mnemonic}} and {{call_session_id}} into each template.',
        'For the personal manager: PBX settings → Incoming scenarios → Interactive processing, with the address from here.',
      ],
      itoolabs: [
        'Cabinet → Settings → CRM integration → «Своя CRM».',
        'Paste the address for events as the address of your CRM, and the key as the authorisation key of your CRM.',
        'Make a test call: it appears in the journal within seconds.',
      ],
      canonical: [
        'Send events to Kafka, topic pbx.call-events.v1, or POST them to the address for events with an X-Signature.',
        'The format is described in docs/asyncapi.yaml.',
      ],
    },
    timeZone: 'Time zone of the PBX',
    instance: 'Name of the cabinet, if there are several',
    settleDelay: 'Wait for corrections, seconds',
    settleDelayHint: '“Wait for corrections” concerns only events without an authoritative record of the call.',
    ringLimit: 'Ring limit, seconds',
    fieldMap: 'Names of parameters, if the cabinet has names of its own',
    fieldMapHint: 'One a line: our name = name in the cabinet. Usually not needed.',
    pull: 'Ask the PBX for calls whose events were lost',
    pullHint: 'When the end of a call does not arrive, we ask the PBX for it through its API.',
    pullUrl: 'Address of your PBX’s API',
    pullToken: 'Token of your PBX’s API',
    pullTokenStored: 'Stored; a new one replaces it',
    routeFallback: 'If there is no personal manager',
    routeFallbacks: { branch: "Follow the PBX's scenario", default_employee: 'Call the default responsible' },
  },
};

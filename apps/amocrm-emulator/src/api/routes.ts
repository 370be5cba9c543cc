import { type Route } from '../http/router.js';
import { CARD_TYPES } from '../store/model.js';
import { getAccount } from './account.js';
import { createCalls } from './calls.js';
import { createCompanies, getCompany, listCompanies, updateCompanies, updateCompany } from './companies.js';
import { createComplex } from './complex.js';
import { createContacts, getContact, listContacts, updateContact, updateContacts } from './contacts.js';
import { customFieldsOf } from './custom-fields.js';
import { getEvent, listEvents, listEventTypes } from './events.js';
import { showIncomingCall } from './incoming-call.js';
import { createLeads, getLead, listLeads, updateLead, updateLeads } from './leads.js';
import { linksOf } from './links.js';
import { notesOf } from './notes.js';
import * as pipelineEdits from './pipeline-edits.js';
import { getPipeline, getStatus, listPipelines, listStatuses } from './pipelines.js';
import { getRole, listRoles } from './roles.js';
import { createSources, deleteSource, getSource, listSources } from './sources.js';
import { tagsOf } from './tags.js';
import { createTasks, getTask, listTasks, updateTask, updateTasks } from './tasks.js';
import * as unsorted from './unsorted.js';
import { listWebhooks, subscribe, unsubscribe } from './webhooks.js';
import { createUsers, getUser, listUsers } from './users.js';

/** The product's API as far as it is reproduced; a known path with another method answers 405, anything else 404. */
export const API_ROUTES: readonly Route[] = [
  ['GET', '/api/v4/account', getAccount],
  ['GET', '/api/v4/users', listUsers],
  ['GET', '/api/v4/users/{id}', getUser],
  ['POST', '/api/v4/users', createUsers],
  ['GET', '/api/v4/roles', listRoles],
  ['GET', '/api/v4/roles/{id}', getRole],

  ['GET', '/api/v4/leads/pipelines', listPipelines],
  ['GET', '/api/v4/leads/pipelines/{pipelineId}', getPipeline],
  ['GET', '/api/v4/leads/pipelines/{pipelineId}/statuses', listStatuses],
  ['GET', '/api/v4/leads/pipelines/{pipelineId}/statuses/{statusId}', getStatus],
  ['POST', '/api/v4/leads/pipelines', pipelineEdits.createPipelines],
  ['PATCH', '/api/v4/leads/pipelines/{pipelineId}', pipelineEdits.updatePipeline],
  ['DELETE', '/api/v4/leads/pipelines/{pipelineId}', pipelineEdits.deletePipeline],
  ['POST', '/api/v4/leads/pipelines/{pipelineId}/statuses', pipelineEdits.createStatuses],
  ['PATCH', '/api/v4/leads/pipelines/{pipelineId}/statuses/{statusId}', pipelineEdits.updateStatus],
  ['DELETE', '/api/v4/leads/pipelines/{pipelineId}/statuses/{statusId}', pipelineEdits.deleteStatus],

  ['GET', '/api/v4/sources', listSources],
  ['GET', '/api/v4/sources/{id}', getSource],
  ['POST', '/api/v4/sources', createSources],
  ['DELETE', '/api/v4/sources/{id}', deleteSource],

  ['GET', '/api/v4/contacts', listContacts],
  ['GET', '/api/v4/contacts/{id}', getContact],
  ['POST', '/api/v4/contacts', createContacts],
  ['PATCH', '/api/v4/contacts', updateContacts],
  ['PATCH', '/api/v4/contacts/{id}', updateContact],

  ['GET', '/api/v4/companies', listCompanies],
  ['GET', '/api/v4/companies/{id}', getCompany],
  ['POST', '/api/v4/companies', createCompanies],
  ['PATCH', '/api/v4/companies', updateCompanies],
  ['PATCH', '/api/v4/companies/{id}', updateCompany],

  ['GET', '/api/v4/leads', listLeads],
  ['GET', '/api/v4/leads/{id}', getLead],
  ['POST', '/api/v4/leads', createLeads],
  ['PATCH', '/api/v4/leads', updateLeads],
  ['PATCH', '/api/v4/leads/{id}', updateLead],
  ['POST', '/api/v4/leads/complex', createComplex],

  ['GET', '/api/v4/leads/unsorted', unsorted.listUnsorted],
  ['GET', '/api/v4/leads/unsorted/summary', unsorted.summarizeUnsorted],
  ['GET', '/api/v4/leads/unsorted/{uid}', unsorted.getUnsorted],
  ['POST', '/api/v4/leads/unsorted/sip', unsorted.createSipClaims],
  ['POST', '/api/v4/leads/unsorted/forms', unsorted.createFormClaims],
  ['POST', '/api/v4/leads/unsorted/{uid}/accept', unsorted.acceptUnsorted],
  ['POST', '/api/v4/leads/unsorted/{uid}/link', unsorted.linkUnsorted],
  ['DELETE', '/api/v4/leads/unsorted/{uid}/decline', unsorted.declineUnsorted],

  ...CARD_TYPES.flatMap((type): Route[] => {
    const notes = notesOf(type);
    const links = linksOf(type);
    const tags = tagsOf(type);
    const fields = customFieldsOf(type);
    return [
      ['GET', `/api/v4/${type}/notes`, notes.list],
      ['GET', `/api/v4/${type}/notes/{noteId}`, notes.get],
      ['GET', `/api/v4/${type}/{id}/notes`, notes.listOfOne],
      ['GET', `/api/v4/${type}/{id}/notes/{noteId}`, notes.get],
      ['POST', `/api/v4/${type}/notes`, notes.create],
      ['POST', `/api/v4/${type}/{id}/notes`, notes.create],
      ['PATCH', `/api/v4/${type}/notes`, notes.update],
      ['PATCH', `/api/v4/${type}/{id}/notes`, notes.update],
      ['PATCH', `/api/v4/${type}/notes/{noteId}`, notes.updateOne],
      ['PATCH', `/api/v4/${type}/{id}/notes/{noteId}`, notes.updateOne],

      ['GET', `/api/v4/${type}/{id}/links`, links.list],
      ['POST', `/api/v4/${type}/{id}/link`, links.link],
      ['POST', `/api/v4/${type}/{id}/unlink`, links.unlink],
      ['GET', `/api/v4/${type}/links`, links.list],
      ['POST', `/api/v4/${type}/link`, links.link],
      ['POST', `/api/v4/${type}/unlink`, links.unlink],

      ['GET', `/api/v4/${type}/tags`, tags.list],
      ['POST', `/api/v4/${type}/tags`, tags.create],

      ['GET', `/api/v4/${type}/custom_fields`, fields.list],
      ['GET', `/api/v4/${type}/custom_fields/{id}`, fields.get],
      ['POST', `/api/v4/${type}/custom_fields`, fields.create],
      ['PATCH', `/api/v4/${type}/custom_fields/{id}`, fields.update],
      ['DELETE', `/api/v4/${type}/custom_fields/{id}`, fields.remove],
    ];
  }),

  ['GET', '/api/v4/tasks', listTasks],
  ['GET', '/api/v4/tasks/{id}', getTask],
  ['POST', '/api/v4/tasks', createTasks],
  ['PATCH', '/api/v4/tasks', updateTasks],
  ['PATCH', '/api/v4/tasks/{id}', updateTask],

  ['POST', '/api/v4/calls', createCalls],
  ['POST', '/api/v2/events', showIncomingCall],

  ['GET', '/api/v4/webhooks', listWebhooks],
  ['POST', '/api/v4/webhooks', subscribe],
  ['DELETE', '/api/v4/webhooks', unsubscribe],

  ['GET', '/api/v4/events', listEvents],
  ['GET', '/api/v4/events/types', listEventTypes],
  ['GET', '/api/v4/events/{event}', getEvent],
];

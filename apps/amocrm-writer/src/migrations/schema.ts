/** Where the service's tables are. */
export const writerSchema = 'amocrm_writer';

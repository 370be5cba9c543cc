import { type EmbeddedKafka, startKafka } from '@perezvon/local';
import { Cluster } from './cluster.js';

/**
 * Does `work` with a broker of its own, which it may stop and kill, and a topic of one partition there. The cluster's
 * connections are closed already: they would wait for a broker that is gone.
 */
export async function onOwnBroker(
  work: (broker: EmbeddedKafka, cluster: Cluster, topic: string) => Promise<void>,
): Promise<void> {
  const broker = await startKafka();
  try {
    const cluster = new Cluster(broker.brokers);
    const topic = await cluster.createTopic(1);
    await cluster.close();
    await work(broker, cluster, topic);
  } finally {
    await broker.dispose();
  }
}

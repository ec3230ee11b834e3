package io.microspring.plugins;

import java.util.List;

import io.microspring.plugins.broker.googlepubsub.PubSubBroker;
import io.microspring.plugins.broker.googlepubsub.PubSubOptions;
import io.microspring.plugins.broker.jms.JmsBroker;
import io.microspring.plugins.broker.jms.JmsOptions;
import io.microspring.plugins.broker.kafka.KafkaBroker;
import io.microspring.plugins.broker.kafka.KafkaOptions;
import io.microspring.plugins.broker.mqtt.MqttBroker;
import io.microspring.plugins.broker.mqtt.MqttOptions;
import io.microspring.plugins.broker.nats.NatsBroker;
import io.microspring.plugins.broker.nats.NatsBrokerOptions;
import io.microspring.plugins.broker.nsq.NsqBroker;
import io.microspring.plugins.broker.nsq.NsqOptions;
import io.microspring.plugins.broker.rabbitmq.RabbitBroker;
import io.microspring.plugins.broker.rabbitmq.RabbitBrokerOptions;
import io.microspring.plugins.broker.redis.RedisBroker;
import io.microspring.plugins.broker.redis.RedisOptions;
import io.microspring.plugins.codec.bson.BsonCodec;
import io.microspring.plugins.codec.msgpack.MessagePackCodec;
import io.microspring.plugins.registry.consul.ConsulOptions;
import io.microspring.plugins.registry.consul.ConsulRegistry;
import io.microspring.plugins.registry.dns.DnsOptions;
import io.microspring.plugins.registry.dns.DnsRegistry;
import io.microspring.plugins.registry.etcd.EtcdOptions;
import io.microspring.plugins.registry.etcd.EtcdRegistry;
import io.microspring.plugins.registry.gossip.GossipOptions;
import io.microspring.plugins.registry.gossip.GossipRegistry;
import io.microspring.plugins.registry.kubernetes.KubernetesOptions;
import io.microspring.plugins.registry.kubernetes.KubernetesRegistry;
import io.microspring.plugins.registry.nats.NatsOptions;
import io.microspring.plugins.registry.nats.NatsRegistry;
import io.microspring.plugins.registry.zookeeper.ZooKeeperOptions;
import io.microspring.plugins.registry.zookeeper.ZooKeeperRegistry;
import io.microspring.plugins.transport.nats.NatsTransport;
import io.microspring.plugins.transport.nats.NatsTransportOptions;
import io.microspring.plugins.transport.rabbitmq.RabbitTransport;
import io.microspring.plugins.transport.rabbitmq.RabbitTransportOptions;
import io.microspring.service.Catalogue;
import io.microspring.service.Plugin;

/**
 * Every optional backend: its name, what it needs, how it is made. No driver is touched
 * before its line is used. go-micro: the {@code _} imports of go-plugins and
 * {@code cmd.DefaultRegistries}.
 */
public final class Plugins {

	private static final List<Plugin> ALL = List.of(
			Plugin.registry("consul", (address) -> new ConsulRegistry(ConsulOptions.defaults().withAddress(address)))
				.needing("org.springframework.cloud.consul.ConsulClient",
						"org.springframework.cloud:spring-cloud-consul-discovery:5.0.2"),
			Plugin.registry("dns", (address) -> new DnsRegistry(DnsOptions.defaults().withAddress(address)))
				.needing("io.netty.resolver.dns.DnsNameResolver", "io.netty:netty-resolver-dns"),
			Plugin.registry("etcd", (address) -> new EtcdRegistry(EtcdOptions.defaults().withAddress(address)))
				.needing("io.etcd.jetcd.api.KVGrpc", "io.etcd:jetcd-grpc:0.8.7"),
			Plugin.registry("gossip", (address) -> new GossipRegistry(GossipOptions.defaults().withSeeds(address))),
			Plugin
				.registry("kubernetes",
						(address) -> new KubernetesRegistry(KubernetesOptions.defaults().withAddress(address)))
				.needing("io.fabric8.kubernetes.client.KubernetesClientBuilder", "io.fabric8:kubernetes-client:7.4.1"),
			Plugin.registry("nats", (address) -> new NatsRegistry(NatsOptions.defaults().withAddress(address)))
				.needing("io.nats.client.Nats", "io.nats:jnats:2.26.2"),
			Plugin
				.registry("zookeeper",
						(address) -> new ZooKeeperRegistry(ZooKeeperOptions.defaults().withAddress(address)))
				.needing("org.apache.curator.framework.CuratorFramework", "org.apache.curator:curator-framework:5.9.0"),
			Plugin
				.broker("googlepubsub",
						(address, registry) -> new PubSubBroker(PubSubOptions.defaults().withEmulator(address)))
				.needing("com.google.cloud.pubsub.v1.Subscriber", "com.google.cloud:google-cloud-pubsub:1.153.0"),
			Plugin.broker("jms", (address, registry) -> new JmsBroker(JmsOptions.defaults().withAddress(address)))
				.needing("org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory",
						"org.apache.artemis:artemis-jakarta-client"),
			Plugin.broker("kafka", (address, registry) -> new KafkaBroker(KafkaOptions.defaults().withAddress(address)))
				.needing("org.apache.kafka.clients.producer.KafkaProducer", "org.springframework.kafka:spring-kafka"),
			Plugin.broker("mqtt", (address, registry) -> new MqttBroker(MqttOptions.defaults().withAddress(address)))
				.needing("com.hivemq.client.mqtt.MqttClient", "com.hivemq:hivemq-mqtt-client:1.4.0"),
			Plugin
				.broker("nats",
						(address, registry) -> new NatsBroker(NatsBrokerOptions.defaults().withAddress(address)))
				.needing("io.nats.client.Nats", "io.nats:jnats:2.26.2"),
			Plugin.broker("nsq", (address, registry) -> new NsqBroker(NsqOptions.defaults().withAddress(address))),
			Plugin
				.broker("rabbitmq",
						(address, registry) -> new RabbitBroker(RabbitBrokerOptions.defaults().withAddress(address)))
				.needing("com.rabbitmq.client.ConnectionFactory", "com.rabbitmq:amqp-client"),
			Plugin.broker("redis", (address, registry) -> new RedisBroker(RedisOptions.defaults().withAddress(address)))
				.needing("io.lettuce.core.RedisClient", "io.lettuce:lettuce-core"),
			Plugin.codec("bson", BsonCodec::bare).needing("org.bson.BsonBinaryReader", "org.mongodb:bson"),
			Plugin.codec("bson-rpc", BsonCodec::rpc).needing("org.bson.BsonBinaryReader", "org.mongodb:bson"),
			Plugin.codec("msgpack", MessagePackCodec::bare)
				.needing("org.msgpack.core.MessagePack", "org.msgpack:msgpack-core:0.9.12"),
			Plugin.codec("msgpack-rpc", MessagePackCodec::rpc)
				.needing("org.msgpack.core.MessagePack", "org.msgpack:msgpack-core:0.9.12"),
			Plugin
				.transport("nats", (address) -> new NatsTransport(NatsTransportOptions.defaults().withAddress(address)))
				.needing("io.nats.client.Nats", "io.nats:jnats:2.26.2"),
			Plugin
				.transport("rabbitmq",
						(address) -> new RabbitTransport(RabbitTransportOptions.defaults().withAddress(address)))
				.needing("com.rabbitmq.client.ConnectionFactory", "com.rabbitmq:amqp-client"));

	private Plugins() {
	}

	/**
	 * All of them.
	 * @return one line each
	 */
	public static List<Plugin> all() {
		return ALL;
	}

	/**
	 * What can be chosen by name: the embedded defaults and all optional backends.
	 * @return the catalogue
	 */
	public static Catalogue catalogue() {
		return Catalogue.embedded().with(ALL);
	}

}

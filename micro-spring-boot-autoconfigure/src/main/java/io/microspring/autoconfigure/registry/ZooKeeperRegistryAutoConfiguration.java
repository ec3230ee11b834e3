package io.microspring.autoconfigure.registry;

import io.microspring.plugins.registry.zookeeper.ZooKeeperRegistry;
import io.microspring.service.Plugin;
import org.apache.curator.framework.CuratorFramework;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * ZooKeeper with the options of {@code micro.registry.zookeeper}.
 */
@AutoConfiguration(before = MicroRegistryAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "micro.enabled", matchIfMissing = true)
@ConditionalOnClass(CuratorFramework.class)
@EnableConfigurationProperties(ZooKeeperProperties.class)
public final class ZooKeeperRegistryAutoConfiguration {

	@Bean
	Plugin microZooKeeperRegistry(ZooKeeperProperties properties) {
		return Plugin.registry("zookeeper", (address) -> new ZooKeeperRegistry(properties.toOptions(address)));
	}

}
